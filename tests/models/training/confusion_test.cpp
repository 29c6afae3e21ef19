#include "gradtable/models/training/confusion.hpp"

#include <cstdint>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::message_of;

using Classes = std::vector<std::int32_t>;

//            predicted 0  1  2
// label 0:             2  1  0
// label 1:             0  3  1
// label 2:             1  0  0
ConfusionMatrix example() {
  ConfusionMatrix confusion(3);
  confusion.add(Classes{0, 0, 1, 1}, Classes{0, 0, 0, 1});
  confusion.add(Classes{1, 1, 2, 0}, Classes{1, 1, 1, 2});
  return confusion;
}

TEST(ConfusionMatrix, CountsLabelsByRowsAndPredictionsByColumns) {
  const ConfusionMatrix confusion = example();
  const std::vector<std::vector<std::int64_t>> expected = {{2, 1, 0}, {0, 3, 1}, {1, 0, 0}};
  for (std::int64_t label = 0; label < 3; ++label)
    for (std::int64_t other = 0; other < 3; ++other)
      EXPECT_EQ(confusion.count(label, other),
                expected[static_cast<std::size_t>(label)][static_cast<std::size_t>(other)]);
  EXPECT_EQ(confusion.images(), 8);
  EXPECT_EQ(confusion.correct(), 5);
}

TEST(ConfusionMatrix, ScoresEachClass) {
  const ClassScore score = example().score(1);
  EXPECT_EQ(score.images, 4);
  EXPECT_EQ(score.predicted, 4);
  EXPECT_DOUBLE_EQ(score.precision, 3.0 / 4);
  EXPECT_DOUBLE_EQ(score.recall, 3.0 / 4);
  EXPECT_DOUBLE_EQ(score.f1, 3.0 / 4);
  EXPECT_DOUBLE_EQ(example().score(0).precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(example().score(0).recall, 2.0 / 3);
}

TEST(ConfusionMatrix, ComputesF1AsTheHarmonicMean) {
  ConfusionMatrix confusion(2);
  confusion.add(Classes{0, 0, 0, 1}, Classes{0, 0, 1, 0});
  const ClassScore score = confusion.score(0);
  EXPECT_DOUBLE_EQ(score.f1, 2 * score.precision * score.recall / (score.precision + score.recall));
}

TEST(ConfusionMatrix, AveragesOverClasses) {
  const ConfusionMatrix confusion = example();
  EXPECT_DOUBLE_EQ(confusion.accuracy(), 5.0 / 8);
  EXPECT_DOUBLE_EQ(confusion.balanced_accuracy(), (2.0 / 3 + 3.0 / 4 + 0) / 3);
  EXPECT_DOUBLE_EQ(confusion.macro().precision, (2.0 / 3 + 3.0 / 4 + 0) / 3);
  EXPECT_DOUBLE_EQ(confusion.macro().recall, (2.0 / 3 + 3.0 / 4 + 0) / 3);
  EXPECT_DOUBLE_EQ(confusion.macro().f1, (2.0 / 3 + 3.0 / 4 + 0) / 3);
}

TEST(ConfusionMatrix, LeavesClassesThatNeverOccurOutOfTheAverages) {
  ConfusionMatrix confusion(4);  // class 2 is predicted but never right, class 3 never occurs
  confusion.add(Classes{0, 1, 2}, Classes{0, 1, 1});
  EXPECT_DOUBLE_EQ(confusion.balanced_accuracy(), (1 + 0.5) / 2);
  EXPECT_DOUBLE_EQ(confusion.macro().precision, (1.0 + 1 + 0) / 3);
  EXPECT_DOUBLE_EQ(confusion.macro().recall, (1 + 0.5 + 0) / 3);
  EXPECT_EQ(confusion.score(2).recall, 0);
  const ClassScore never = confusion.score(3);
  EXPECT_EQ(never.precision, 0);
  EXPECT_EQ(never.recall, 0);
  EXPECT_EQ(never.f1, 0);
}

TEST(ConfusionMatrix, IsZeroEverywhereWithoutImages) {
  const ConfusionMatrix confusion(2);
  EXPECT_EQ(confusion.accuracy(), 0);
  EXPECT_EQ(confusion.balanced_accuracy(), 0);
  EXPECT_EQ(confusion.macro().f1, 0);
}

TEST(ConfusionMatrix, RefusesClassesThatItDoesNotHaveAndAddsNothing) {
  ConfusionMatrix confusion(2);
  EXPECT_EQ(message_of<DataError>([&] {
              confusion.add(Classes{0, 2}, Classes{0, 1});
            }),
            "confusion matrix: expected a prediction from 0 to 1, got 2");
  EXPECT_EQ(message_of<DataError>([&] {
              confusion.add(Classes{0, 1}, Classes{0, -1});
            }),
            "confusion matrix: expected a label from 0 to 1, got -1");
  EXPECT_EQ(message_of<DataError>([&] {
              confusion.add(Classes{0}, Classes{0, 1});
            }),
            "confusion matrix: expected as many predictions as labels, got 1 and 2");
  EXPECT_EQ(message_of<DataError>([] { ConfusionMatrix none(0); }),
            "confusion matrix: expected at least one class, got 0");
  EXPECT_EQ(confusion.images(), 0);
  EXPECT_EQ(confusion.count(0, 0), 0);
}

}  // namespace
}  // namespace gradtable
