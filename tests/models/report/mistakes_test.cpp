#include "gradtable/models/report/mistakes.hpp"

#include <cstdint>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable::report {
namespace {

using testing::message_of;

using Classes = std::vector<std::int32_t>;

std::vector<std::int64_t> numbers(const WorstMistakes& mistakes) {
  std::vector<std::int64_t> images;
  for (const Mistake& mistake : mistakes.worst()) images.push_back(mistake.image);
  return images;
}

TEST(WorstMistakes, KeepsThoseWithTheLeastProbabilityOfTheirLabel) {
  const Array first = Array::of<float>({3, 2}, {0.75F, 0.25F, 0.5625F, 0.4375F, 0.25F, 0.75F});
  const Array second = Array::of<float>({2, 2}, {0.125F, 0.875F, 1, 0});
  WorstMistakes mistakes(2);
  mistakes.add(0, first, Classes{1, 1, 1});
  EXPECT_EQ(numbers(mistakes), (std::vector<std::int64_t>{0, 1}));
  mistakes.add(3, second, Classes{0, 1});
  EXPECT_EQ(numbers(mistakes), (std::vector<std::int64_t>{4, 3}));
  const Mistake& worst = mistakes.worst()[0];
  EXPECT_EQ(worst.label, 1);
  EXPECT_EQ(worst.prediction, 0);
  EXPECT_EQ(worst.probabilities, (std::vector<double>{1, 0}));
}

TEST(WorstMistakes, TakesWhatIsRightForNoMistakeHoweverImprobable) {
  WorstMistakes mistakes;
  mistakes.add(0, Array::of<double>({1, 3}, {0.25, 0.375, 0.375}), Classes{1});
  EXPECT_TRUE(mistakes.worst().empty());
}

TEST(WorstMistakes, OrdersEquallyBadOnesByTheirNumbers) {
  WorstMistakes mistakes(2);
  const Array same = Array::of<double>({3, 2}, {1, 0, 1, 0, 1, 0});
  mistakes.add(10, same, Classes{1, 1, 1});
  EXPECT_EQ(numbers(mistakes), (std::vector<std::int64_t>{10, 11}));
}

TEST(WorstMistakes, RefusesWhatDoesNotFit) {
  WorstMistakes mistakes;
  const Array probabilities = Array::of<double>({1, 2}, {1, 0});
  EXPECT_EQ(message_of<DataError>([&] {
              mistakes.add(0, probabilities, Classes{1, 1});
            }),
            "mistakes: expected probabilities (2,classes), got (1,2)");
  EXPECT_EQ(message_of<DataError>([&] { mistakes.add(0, probabilities, Classes{2}); }),
            "mistakes: expected a label from 0 to 1, got 2");
}

}  // namespace
}  // namespace gradtable::report
