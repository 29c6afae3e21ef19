#include "apps/classifier/verdict.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "tests/apps/classifier/program.hpp"
#include <gtest/gtest.h>

namespace classifier {
namespace {

double equal_answers(const std::string& loss, const std::string& output, std::int64_t classes) {
  Config config;
  config.training.loss = loss;
  config.model.output = output;
  return loss_of_equal_answers(config, classes);
}

TEST(LossOfEqualAnswers, IsThatOfZeroScores) {
  EXPECT_NEAR(equal_answers("softmax_cross_entropy", "linear", 10), std::log(10), 1e-12);
  EXPECT_NEAR(equal_answers("cross_entropy", "softmax", 10), std::log(10), 1e-12);
  EXPECT_NEAR(equal_answers("binary_cross_entropy", "linear", 3), 3 * std::log(2), 1e-12);
  EXPECT_NEAR(equal_answers("multiclass_hinge", "linear", 4), 3, 1e-12);
  EXPECT_NEAR(equal_answers("squared_error", "linear", 10), 0.5, 1e-12);
  EXPECT_NEAR(equal_answers("squared_error", "softmax", 10), 0.5 * (0.81 + 9 * 0.01), 1e-12);
  EXPECT_NEAR(equal_answers("misclassification_probability", "softmax", 5), 0.8, 1e-12);
}

// Of ten images, four of one class; each epoch is a loss and an accuracy.
std::string fault(const std::vector<std::pair<double, double>>& losses) {
  const gradtable::Dataset images{1, 1, 4, std::vector<std::uint8_t>(10, 0), {0, 0, 0, 0, 1, 1, 2, 2, 3, 3},
                                  ""};
  std::vector<gradtable::EpochMetrics> epochs;
  for (const auto& [loss, accuracy] : losses)
    epochs.push_back({.epoch = static_cast<std::int64_t>(epochs.size()) + 1,
                      .train_loss = loss,
                      .train_accuracy = accuracy});
  Config config;
  config.training.optimizer.learning_rate = 5;
  return fault_of(config, images, epochs).value_or("none");
}

TEST(FaultOf, IsALossThatGrewOrNoMoreThanTheMostFrequentClass) {
  EXPECT_EQ(fault({}), "none");
  EXPECT_EQ(fault({{1.5, 0.5}}), "none") << "above ln 4, but it learns";
  EXPECT_EQ(fault({{1.5, 0.5}, {0.1, 0.95}}), "none");
  EXPECT_EQ(fault({{0.1, 0.95}, {0.2, 0.95}}), "none");
  EXPECT_EQ(fault({{5e15, 0.5}}),
            "the training diverged: loss 5e+15 in the last epoch, 1.386 with equal answers for all images; "
            "learning rate 5: try a smaller one, or clip_norm");
  EXPECT_EQ(
      fault({{1.3, 0.5}, {2, 0.5}}),
      "the training diverged: loss 2 in the last epoch, 1.3 in the first; learning rate 5: try a smaller "
      "one, or clip_norm");
  // Short trainings of few images may end near the most frequent class.
  EXPECT_EQ(fault({{2, 0.1}, {1.35, 0.4}}), "none");
}

class Verdict : public BuiltProgram {};

TEST_F(Verdict, IsAWarningAtTheEndOfATrainingThatDivergedWithFiniteNumbers) {
  const ProcessResult result =
      train("out", {"training.optimizer.learning_rate=1000", "model.hidden=[]", "training.epochs=1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.err.starts_with("warning: the training diverged: loss ")) << result.err;
  EXPECT_TRUE(result.err.ends_with("; learning rate 1000: try a smaller one, or clip_norm\n")) << result.err;
  expect_success(train("good"));
}

}  // namespace
}  // namespace classifier
