#include "apps/classifier/run/verdict.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "tests/apps/classifier/program.hpp"
#include "tests/apps/programs.hpp"
#include "tests/support/datasets.hpp"
#include <gtest/gtest.h>

namespace classifier {
namespace {

double equal_answers(const std::string& loss, const std::string& output, std::int64_t classes) {
  Config config = default_config(program_named("mnist_fcnn"));
  config.training.loss = loss;
  config.model->output = output;
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
  const gradtable::Dataset images =
      gradtable::testing::images(1, 1, 4, std::vector<std::uint8_t>(10, 0), {0, 0, 0, 0, 1, 1, 2, 2, 3, 3});
  std::vector<gradtable::EpochMetrics> epochs;
  for (const auto& [loss, accuracy] : losses)
    epochs.push_back({.epoch = static_cast<std::int64_t>(epochs.size()) + 1,
                      .values = {{"train_loss", loss}, {"train_accuracy", accuracy}}});
  Config config = default_config(program_named("mnist_fcnn"));
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

TEST(FaultOf, IsSaidWhateverTheFirstLossWas) {
  const std::string equal =
      " in the last epoch, 1.386 with equal answers for all images; learning rate 5: try a ";
  const auto begins = [&](const std::string& found, const std::string& loss) {
    return found.starts_with("the training diverged: loss " + loss + equal);
  };
  EXPECT_TRUE(begins(fault({{2.8e9, 0.1}, {2.63, 0.11}, {2.66, 0.1}}), "2.66"));
  EXPECT_TRUE(begins(fault({{232, 0.1}, {4.27, 0.11}, {5.28, 0.1}}), "5.28"));
  EXPECT_TRUE(begins(fault({{34.9, 0.4}, {1.95, 0.4}, {1.9, 0.4}}), "1.9"));
  EXPECT_TRUE(begins(fault({{2, 0.4}, {40, 0.3}, {1.9, 0.4}}), "1.9"));
  EXPECT_EQ(fault({{34.9, 0.4}, {1.41, 0.4}, {1.4, 0.4}}), "none") << "the mean of ten losses";
  EXPECT_EQ(fault({{34.9, 0.4}, {1.41, 0.4}, {1.38, 0.4}}), "none") << "below equal answers";
  EXPECT_EQ(fault({{1.5, 0.4}, {1.45, 0.4}, {1.42, 0.4}}), "none") << "slow, and never far above";
}

TEST(FaultOf, IsNoneOfATrainingThatClearlyLearns) {
  EXPECT_EQ(fault({{40208, 0.47}, {474.7, 0.776}}), "none");
  EXPECT_EQ(fault({{40208, 0.6}}), "none");
  EXPECT_NE(fault({{40208, 0.47}, {474.7, 0.5}}), "none") << "the most frequent class has 40 %";
  EXPECT_NE(fault({{1.2, 0.8}, {3, 0.7}}), "none") << "its loss grows";
}

// Of other kinds of losses: that of equal answers is 1/2 for outputs of 0, and 16.5 for ten classes.
TEST(FaultOf, IsMeasuredByTheLossOfEqualAnswersOfItsKind) {
  const auto fault_with = [](const char* loss, const char* output, double first, double last) {
    std::vector<std::uint8_t> labels;
    for (int i = 0; i < 1000; ++i) labels.push_back(static_cast<std::uint8_t>(i % 10));
    const gradtable::Dataset images =
        gradtable::testing::images(1, 1, 10, std::vector<std::uint8_t>(1000, 0), labels);
    const std::vector<gradtable::EpochMetrics> epochs = {
        {.epoch = 1, .values = {{"train_loss", first}, {"train_accuracy", 0.1}}},
        {.epoch = 2, .values = {{"train_loss", last}, {"train_accuracy", 0.1}}}};
    Config config = default_config(program_named("mnist_fcnn"));
    config.training.loss = loss;
    config.model->output = output;
    return fault_of(config, images, epochs).value_or("none");
  };
  EXPECT_NE(fault_with("squared_error", "linear", 900, 0.6), "none");
  EXPECT_EQ(fault_with("squared_error", "linear", 900, 0.45), "none");
  EXPECT_NE(fault_with("expected_squared_distance", "softmax", 28.5, 28.4), "none");
  EXPECT_EQ(fault_with("expected_squared_distance", "softmax", 17, 9), "none");
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
