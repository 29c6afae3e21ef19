// A training whose numbers grow beyond all bounds.
#include <cmath>
#include <regex>

#include "tests/apps/classifier/learned.hpp"
#include <fmt/format.h>

namespace classifier {
namespace {

// A single step an epoch: the first loss is that of the initial parameters, and finite.
const Words kDivergingSlowly = {"training.optimizer.learning_rate=1000", "training.batch_size=300",
                                "model.hidden=[64,64,64,64]", "training.epochs=30"};

class Divergence : public TwoTrainings {};

TEST_F(Divergence, SaysWhereAndWhatToTry) {
  const ProcessResult result =
      train("out", {"training.loss=squared_error", "training.optimizer.learning_rate=10"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_TRUE(std::regex_match(
      result.err,
      std::regex("error: epoch [0-9]+, step [0-9]+: the training diverged: loss (inf|nan)(, first "
                 "not finite in [A-Za-z0-9 .]+)?; learning rate 10: try a smaller one, or clip_norm\n")))
      << result.err;
}

// The course's pair, at rates where probabilities become 0: the loss has an epsilon, and its gradient is
// finite.
TEST_F(Divergence, IsNoneWhereAProbabilityIsZero) {
  for (const char* rate : {"2", "5"}) {
    const ProcessResult result =
        train(rate, {"model.output=softmax", "training.loss=cross_entropy",
                     fmt::format("training.optimizer.learning_rate={}", rate), "training.epochs=5"});
    expect_success(result);
    EXPECT_EQ(metrics(rate).at("epochs").size(), 5U);
    EXPECT_TRUE(std::isfinite(metrics(rate).at("test_loss").get<double>()));
  }
}

TEST_F(Divergence, TheEpochsBeforeALossThatIsNotFiniteAreKept) {
  const ProcessResult result = train("out", kDivergingSlowly + Words{"output.checkpoint="});
  expect_error(result, 5, ", step 1: ");
  const std::size_t epochs = metrics().at("epochs").size();
  EXPECT_GE(epochs, 1U);
  EXPECT_LT(epochs, 30U);
  EXPECT_TRUE(result.err.starts_with(fmt::format("error: epoch {}, step 1: ", epochs + 1))) << result.err;
  EXPECT_EQ(epochs_in_table("out"), static_cast<std::ptrdiff_t>(epochs));
  EXPECT_FALSE(metrics().contains("test_loss"));
}

TEST_F(Divergence, ThatOnlyTheTestMeetsKeepsTheEpochsToo) {
  const Words unsaved = kDivergingSlowly + Words{"output.checkpoint="};
  ASSERT_EQ(train("out", unsaved).exit_code, 5);
  const std::size_t epochs = metrics().at("epochs").size();
  ASSERT_GE(epochs, 1U);
  const std::string one_less = fmt::format("training.epochs={}", epochs);
  expect_error(train("tested", unsaved + Words{one_less}), 5,
               fmt::format("error: after epoch {}: the training diverged: loss ", epochs));
  EXPECT_EQ(metrics("tested").at("epochs").size(), epochs);
  EXPECT_FALSE(metrics("tested").contains("test_loss"));
  EXPECT_FALSE(exists("tested/weights.safetensors"));
}

TEST_F(Divergence, TheLastGoodCheckpointStaysAndCanBeGoneOnFrom) {
  const ProcessResult first = train("out", kDivergingSlowly);
  const std::size_t epochs = metrics().at("epochs").size();
  ASSERT_GE(epochs, 2U);
  expect_error(first, 5, fmt::format("error: after epoch {}: the training diverged: loss ", epochs));
  const std::string good = folder_.read("out/checkpoint.safetensors");
  const std::string table = gradtable::read_safetensors(checkpoint("out")).metadata.at("metrics");
  EXPECT_EQ(std::ranges::count(table, '\n'), static_cast<std::ptrdiff_t>(epochs)) << "and the first line";
  const ProcessResult again = train("out", kDivergingSlowly, resumed("out"));
  EXPECT_EQ(again.exit_code, 5);
  EXPECT_EQ(again.err, first.err);
  EXPECT_TRUE(folder_.read("out/checkpoint.safetensors") == good);
  expect_success(run({"eval", config_, "--quiet", "--init", checkpoint("out"), "--set", kDivergingSlowly[2],
                      "--out", folder_.path("good")}));
}

TEST_F(Divergence, IsSavedWhereNumbersThatAreNotFiniteAreAllowed) {
  const ProcessResult result = train("out", kDivergingSlowly, {"--allow-nonfinite"});
  expect_error(result, 5, ", step 1: ");
  const std::string table = gradtable::read_safetensors(checkpoint("out")).metadata.at("metrics");
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(table, '\n')), 1 + metrics().at("epochs").size());
}

TEST_F(Divergence, AtItsBeginningLeavesTheCheckpointOfTheTrainingBefore) {
  expect_success(train("out"));
  const std::string old = folder_.read("out/checkpoint.safetensors");
  expect_error(train("out", {"training.optimizer.learning_rate=1000", "model.hidden=[64,64,64]"}), 5,
               "error: epoch 1, step ");
  EXPECT_TRUE(folder_.read("out/checkpoint.safetensors") == old);
}

// The penalty has no part in the loss that is looked at: after the first step the weights are infinite.
TEST_F(Divergence, OfWeightsAloneIsNotWrittenOverAGoodCheckpoint) {
  expect_success(train("out"));
  const std::string old = folder_.read("out/checkpoint.safetensors");
  const Words overflowing = {"training.weight_decay=1e38", "training.optimizer.learning_rate=1000",
                             "training.batch_size=300"};
  expect_error(train("out", overflowing), 5, "error: after epoch 1: the training diverged: not finite: W1");
  EXPECT_TRUE(folder_.read("out/checkpoint.safetensors") == old);
  EXPECT_EQ(metrics().at("epochs").size(), 1U);
}

}  // namespace
}  // namespace classifier
