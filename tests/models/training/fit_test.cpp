#include "gradtable/models/training/fit.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "tests/models/training/fitting.hpp"
#include <fmt/format.h>

#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/matmul.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

class FitTest : public ::testing::Test, protected FitImages {};

TEST_F(FitTest, TrainsEvaluatesAndTellsWhatItDid) {
  Fitting one(kPlain, {.train = train, .validation = validation, .test = test},
              {.epochs = 3, .trainer = kSmall});
  const FitResult result = one.fit.run();
  EXPECT_EQ(result.end, FitEnd::finished);
  EXPECT_FALSE(result.kept_epoch);
  ASSERT_EQ(result.epochs.size(), 3U);
  EXPECT_LT(result.epochs[2].at("train_loss"), result.epochs[0].at("train_loss"));
  const EpochMetrics& last = result.epochs[2];
  EXPECT_EQ(last.epoch, 3);
  EXPECT_EQ(last.learning_rate, 0.1);
  EXPECT_GT(last.seconds, 0);
  EXPECT_EQ(last.at("validation_loss"), one.fit.evaluate(validation).loss());
  EXPECT_EQ(last.at("test_accuracy"), one.fit.evaluate(test).accuracy());
  EXPECT_FALSE(one.fit.has_checkpoint());
}

TEST_F(FitTest, TrainsAsTheTrainerDoes) {
  Fitting one(kPlain, {.train = train}, {.epochs = 2, .trainer = kSmall});
  const FitResult result = one.fit.run();
  Graph graph;
  const Sequential network(graph, {784}, kPlain, kNetwork);
  Trainer trainer(graph, network, kSmall);
  for (std::uint64_t epoch = 1; epoch <= 2; ++epoch)
    EXPECT_EQ(trainer.train_epoch(train, epoch).loss(), result.epochs[epoch - 1].at("train_loss"));
  EXPECT_EQ(content_of(one.graph), content_of(graph));
}

TEST_F(FitTest, TrainsAFunctionOfTheBuilderApi) {
  Graph graph;
  const Tensor W = graph.parameter("W", zeros({784, 10})), b = graph.parameter("b", zeros({10}));
  Fit fit(graph,
          Model{.input = {784},
                .parameters = {W, b},
                .outputs = [=](const Tensor& x) { return add_bias(matmul(x, W), b); }},
          {.train = train}, {.epochs = 20, .trainer = kSmall});
  EXPECT_GT(fit.run().epochs.back().at("train_accuracy"), 0.9);
}

TEST_F(FitTest, ShowsAWatcherEveryEpochAndTheLossOfEveryStep) {
  std::vector<std::string> seen;
  double loss_sum = 0;
  const FitWatcher watcher = {
      .begin_epoch = [&](std::int64_t epoch,
                         std::int64_t done) { seen.push_back(fmt::format("begin {} {}", epoch, done)); },
      .step =
          [&](const StepMetrics& step) {
            seen.push_back(fmt::format("step {} {} {} {}", step.epoch, step.step, step.learning_rate,
                                       step.so_far.examples));
            loss_sum +=
                step.loss * static_cast<double>(std::min<std::int64_t>(20, 50 - 20 * (step.step - 1)));
            EXPECT_EQ(step.so_far.loss_sum, loss_sum);
          },
      .end_epoch =
          [&](const EpochMetrics& epoch) {
            seen.push_back(fmt::format("end {}", epoch.epoch));
            EXPECT_EQ(epoch.at("train_loss"), loss_sum / 50);
            loss_sum = 0;
          },
      .cut_epoch = [&](const Score& so_far) { seen.push_back(fmt::format("cut {}", so_far.examples)); },
      .go_on = [&] { return seen.empty() || seen.back() != "step 2 2 0.05 40"; }};
  TrainerOptions trainer = kSmall;
  trainer.batch_size = 20;
  trainer.schedule = {.type = "step", .factor = 0.5, .every = 1};
  Fitting one(kPlain, {.train = train}, {.epochs = 2, .trainer = trainer});
  EXPECT_EQ(one.fit.run(watcher).end, FitEnd::interrupted);
  EXPECT_EQ(seen, (std::vector<std::string>{"begin 1 0", "step 1 1 0.1 20", "step 1 2 0.1 40",
                                            "step 1 3 0.1 50", "end 1", "begin 2 0", "step 2 1 0.05 20",
                                            "step 2 2 0.05 40", "cut 40"}));
  seen.clear();
  EXPECT_EQ(one.fit.run(watcher).end, FitEnd::finished);
  EXPECT_EQ(seen, (std::vector<std::string>{"begin 2 40", "step 2 3 0.05 50", "end 2"}));
}

TEST_F(FitTest, TrainsNothingWhereTheWatcherSaysSoAtOnce) {
  Fitting one(kPlain, {.train = train}, {.checkpoint = file("none"), .trainer = kSmall});
  const std::string before = content_of(one.graph);
  const FitResult result = one.fit.run({.go_on = [] { return false; }});
  EXPECT_EQ(result.end, FitEnd::interrupted);
  EXPECT_TRUE(result.epochs.empty());
  EXPECT_EQ(content_of(one.graph), before);
  EXPECT_FALSE(std::filesystem::exists(file("none")));
}

TEST_F(FitTest, GoesOnAfterAnErrorOfItsWatcher) {
  const FitOptions options = {.epochs = 2, .trainer = kSmall};
  Fitting whole(kPlain, {.train = train}, options), failing(kPlain, {.train = train}, options);
  whole.fit.run();
  const auto fail_at = [](std::int64_t images) {
    return FitWatcher{.step = [images](const StepMetrics& step) {
      if (step.so_far.examples == images) throw OutputError("full");
    }};
  };
  EXPECT_THROW(failing.fit.run(fail_at(16)), OutputError);
  EXPECT_THROW(failing.fit.run(fail_at(50)), OutputError);
  EXPECT_EQ(failing.fit.run().end, FitEnd::finished);
  EXPECT_EQ(content_of(failing.graph), content_of(whole.graph));
  EXPECT_EQ(failing.fit.epochs()[0].at("train_loss"), whole.fit.epochs()[0].at("train_loss"));
}

TEST_F(FitTest, EndsWhenTheMetricGotNoBetterForThePatience) {
  for (const std::string metric : {"validation_loss", "validation_accuracy", "train_loss"}) {
    TrainerOptions uneasy = kSmall;
    uneasy.optimizer.learning_rate = 0.8;
    Fitting one(kPlain, {.train = train, .validation = validation},
                {.epochs = 400, .early_stopping = {.metric = metric, .patience = 3}, .trainer = uneasy});
    const FitResult result = one.fit.run();
    EXPECT_EQ(result.end, FitEnd::stopped_early) << metric;
    std::vector<double> seen;
    for (const EpochMetrics& epoch : result.epochs) seen.push_back(epoch.at(metric));
    const auto best =
        metric.ends_with("accuracy") ? std::ranges::max_element(seen) : std::ranges::min_element(seen);
    EXPECT_EQ(seen.end() - best, 4) << metric;
  }
}

// With batch normalization, whose running statistics are no parameters that are learned.
TEST_F(FitTest, EndsWithParametersAndStatesOfTheBestEpoch) {
  TrainerOptions uneasy = kSmall;
  uneasy.optimizer.learning_rate = 0.8;
  const FitOptions options = {.epochs = 40, .keep_best = true, .checkpoint = file("best"), .trainer = uneasy};
  Fitting one(kNormalized, {.train = train, .validation = validation}, options);
  const FitResult result = one.fit.run();
  ASSERT_TRUE(result.kept_epoch);
  const EpochMetrics& kept = result.epochs[static_cast<std::size_t>(*result.kept_epoch - 1)];
  ASSERT_LT(*result.kept_epoch, 40) << "another seed would tell more";
  EXPECT_TRUE(std::ranges::all_of(result.epochs, [&](const EpochMetrics& epoch) {
    return epoch.at("validation_loss") >= kept.at("validation_loss");
  }));
  EXPECT_EQ(one.fit.evaluate(validation).loss(), kept.at("validation_loss"));

  const std::string checkpoint = without_times(read_safetensors(file("best").string()));
  EXPECT_EQ(one.fit.run().kept_epoch, result.kept_epoch) << "a second run does nothing";
  EXPECT_EQ(one.fit.evaluate(validation).loss(), kept.at("validation_loss"));
  EXPECT_EQ(without_times(read_safetensors(file("best").string())), checkpoint);

  Fitting again(kNormalized, {.train = train, .validation = validation}, options);
  again.fit.resume(file("best"));
  EXPECT_EQ(again.fit.run().kept_epoch, result.kept_epoch);
  EXPECT_EQ(again.fit.evaluate(validation).loss(), kept.at("validation_loss"));
}

TEST_F(FitTest, KeepsTheCheckpointOfAnotherTraining) {
  const FitOptions options = {.epochs = 1, .checkpoint = file("run.safetensors"), .trainer = kSmall};
  std::vector<std::filesystem::path> kept;
  const FitWatcher watcher = {.kept_previous = [&](const auto& copy) { kept.push_back(copy); }};
  Fitting(kPlain, {.train = train}, options).fit.run(watcher);
  EXPECT_TRUE(kept.empty());
  const std::string first = folder.read("run.safetensors");
  Fitting other(kPlain, {.train = train}, options);
  other.fit.run(watcher);
  EXPECT_EQ(kept, (std::vector<std::filesystem::path>{file("run.previous.safetensors")}));
  EXPECT_TRUE(folder.read("run.previous.safetensors") == first);

  FitOptions longer = options;
  longer.epochs = 2;
  Fitting resumed(kPlain, {.train = train}, longer);
  resumed.fit.resume(options.checkpoint);
  resumed.fit.run(watcher);
  EXPECT_EQ(kept.size(), 1U);
  EXPECT_TRUE(folder.read("run.previous.safetensors") == first);
}

TEST_F(FitTest, WritesACheckpointEverySoManyEpochsAndAtTheEnd) {
  std::vector<std::ptrdiff_t> saved;
  Fitting one(kPlain, {.train = train},
              {.epochs = 5, .checkpoint = file("every"), .checkpoint_every = 2, .trainer = kSmall});
  const auto epochs_saved = [&]() -> std::ptrdiff_t {
    if (!std::filesystem::exists(file("every"))) return 0;
    return std::ranges::count(read_checkpoint(file("every").string()).texts.at("metrics"), '\n') - 1;
  };
  one.fit.run({.begin_epoch = [&](std::int64_t, std::int64_t) { saved.push_back(epochs_saved()); }});
  saved.push_back(epochs_saved());
  EXPECT_EQ(saved, (std::vector<std::ptrdiff_t>{0, 0, 2, 2, 4, 5}));
}

TEST_F(FitTest, LeavesTheLastGoodCheckpointWhenItDiverges) {
  TrainerOptions diverging = kSmall;
  diverging.batch_size = 50;  // one step an epoch: the loss is from before its update
  diverging.optimizer.learning_rate = 1000;
  const FitOptions options = {.epochs = 30, .checkpoint = file("good"), .trainer = diverging};
  const std::vector<Layer> deep = fcnn({64, 64, 64, 64, 10});
  Fitting one(deep, {.train = train}, options);
  const std::string message = message_of<NumericError>([&] { one.fit.run(); });
  const std::size_t epochs = one.fit.epochs().size();
  ASSERT_GE(epochs, 2U);
  EXPECT_TRUE(message.starts_with(fmt::format("after epoch {}: the training diverged: ", epochs))) << message;
  EXPECT_TRUE(message.ends_with("; learning rate 1000: try a smaller one, or clip_norm")) << message;
  Fitting resumed(deep, {.train = train}, options);
  resumed.fit.resume(options.checkpoint);
  EXPECT_EQ(resumed.fit.epochs().size(), epochs - 1);
  EXPECT_EQ(message_of<NumericError>([&] { resumed.fit.run(); }), message);
}

TEST_F(FitTest, RefusesOptionsBeforeAnythingIsComputed) {
  const auto refused = [&](const FitOptions& options, const FitData& data) {
    return message_of<ConfigError>([&] { Fitting(kPlain, data, options); });
  };
  const FitData both = {.train = train, .validation = validation};
  EXPECT_EQ(refused({.epochs = 0}, both), "fit: epochs: expected an integer from 1 to 1000000000, got 0");
  EXPECT_EQ(refused({.checkpoint_every = 0}, both),
            "fit: checkpoint_every: expected an integer from 1 to 1000000000, got 0");
  EXPECT_EQ(refused({.early_stopping = {.patience = -1}}, both),
            "fit: early_stopping.patience: expected an integer from 0 to 1000000000, got -1");
  EXPECT_TRUE(contains(refused({.early_stopping = {.metric = "loss", .patience = 1}}, both),
                       "fit: early_stopping.metric: expected "));
  EXPECT_EQ(refused({.early_stopping = {.metric = "train_loss"}}, both),
            "fit: early_stopping.metric: expected the default \"validation_loss\" without "
            "early_stopping.patience, keep_best and the schedule plateau, got \"train_loss\"");
  EXPECT_EQ(
      refused({.keep_best = true}, {.train = train}),
      "fit: keep_best: expected examples for validation for the metric validation_loss, or \"train_loss\" "
      "as early_stopping.metric, got true");
  EXPECT_EQ(refused({.trainer = {.batch_size = 0}}, both),
            "trainer: batch_size: expected an integer from 1 to 1000000000, got 0");
  Dataset small = draw_digits(3, 1);
  small.inputs = {small.picture(0), {1, 14, 56}};
  small.targets = small.targets.rows(0, 1);
  EXPECT_EQ(refused({}, {.train = train, .validation = small}),
            "fit: expected examples (28,28) for validation, as those to train on, got (14,56)");
  EXPECT_EQ(refused({}, {.train = {}}), "trainer: expected at least one example, got none");
}

TEST_F(FitTest, WritesNothingButRefusesACheckpointThatCannotBeWritten) {
  Fitting one(kPlain, {.train = train}, {.checkpoint = file("no/folder"), .trainer = kSmall});
  const std::string before = content_of(one.graph);
  EXPECT_THROW(one.fit.run(), OutputError);
  EXPECT_EQ(content_of(one.graph), before);
}

}  // namespace
}  // namespace gradtable
