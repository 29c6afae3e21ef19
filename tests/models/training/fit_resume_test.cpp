// A training that is stopped after any batch and resumed is the same, in every bit, as one that was not.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/models/training/fitting.hpp"

namespace gradtable {
namespace {

struct FitSetting {
  std::string name;
  std::vector<Layer> layers;
  bool validated;
  FitOptions options;
};

const FitSetting kSgd = {"Sgd", kPlain, false, {.epochs = 2, .trainer = kSmall}};
const FitSetting kRich = {"AllAtOnce",
                          kDropped,
                          true,
                          {.epochs = 3,
                           .keep_best = true,
                           .trainer = {.batch_size = 8,
                                       .loss_reduction = LossReduction::sum,
                                       .optimizer = {.type = "adam", .learning_rate = 0.01},
                                       .schedule = {.type = "cosine", .warmup_epochs = 1},
                                       .gradient_accumulation = 3,
                                       .augmentation = {.shift = 2, .elastic = {.alpha = 20}},
                                       .threads = 1}}};
const FitSetting kPlateau = {"PlateauAndMomentum",
                             kPlain,
                             true,
                             {.epochs = 4,
                              .early_stopping = {.metric = "validation_accuracy", .patience = 3},
                              .trainer = {.batch_size = 20,
                                          .optimizer = {.type = "momentum", .clip_norm = 1},
                                          .schedule = {.type = "plateau", .patience = 0},
                                          .normalization = {{0.1, 0.2}, {0.3, 0.4}},  // of two channels
                                          .threads = 1}}};
const FitSetting kWholeEpoch = {"OneUpdateAnEpoch",
                                kNormalized,
                                false,
                                {.epochs = 3,
                                 .early_stopping = {.metric = "train_loss"},
                                 .keep_best = true,
                                 .trainer = {.batch_size = 20,
                                             .optimizer = {.type = "rmsprop", .weight_decay = 1e-3},
                                             .gradient_accumulation = 0,
                                             .shuffle = false,
                                             .threads = 1}}};

// Each group has moments and a count of steps of its own.
const FitSetting kGroups = {
    "GroupsOfParameters",
    kPlain,
    false,
    {.epochs = 3,
     .trainer = {.batch_size = 10,
                 .optimizer = {.type = "adam",
                               .learning_rate = 0.01,
                               .clip_norm = 1,
                               .groups = {{.names = "W1", .frozen = true},
                                          {.names = "b*", .rate = 0.5, .weight_decay = 0.1}}},
                 .gradient_accumulation = 2,
                 .threads = 1}}};

// What a training did and left.
struct Course {
  std::vector<double> losses;  // of the steps
  std::string parameters, metrics, checkpoint;
  FitEnd end;
  std::optional<std::int64_t> kept_epoch;

  bool operator==(const Course&) const = default;
};

class FitResume : public ::testing::TestWithParam<FitSetting>, protected FitImages {
 protected:
  std::unique_ptr<Fitting> begun(const std::string& checkpoint) const {
    const FitSetting& setting = GetParam();
    FitOptions options = setting.options;
    options.checkpoint = file(checkpoint);
    options.checkpoint_every = 1000;
    FitData data = {.train = train};
    if (setting.validated) data.validation = validation;
    return std::make_unique<Fitting>(setting.layers, data, options);
  }
  std::unique_ptr<Fitting> resumed(const std::string& checkpoint) const {
    std::unique_ptr<Fitting> found = begun(checkpoint);
    EXPECT_EQ(found->fit.resume(file(checkpoint)), std::vector<std::string>{});
    EXPECT_EQ(found->fit.changes(), "");
    return found;
  }
  // Trains for so many steps, or to the end.
  static FitResult run(Fitting& one, std::vector<double>& losses, std::size_t steps = 1000) {
    std::size_t done = 0;
    return one.fit.run({.step =
                            [&](const StepMetrics& step) {
                              losses.push_back(step.loss);
                              ++done;
                            },
                        .go_on = [&] { return done < steps; }});
  }
  Course to_the_end(Fitting& one, const std::string& checkpoint, std::vector<double> losses = {}) const {
    const FitResult result = run(one, losses);
    return {losses,
            content_of(one.graph),
            without_times(result.epochs),
            without_times(read_safetensors(file(checkpoint).string())),
            result.end,
            result.kept_epoch};
  }
};

class FitResumeOlder : public ::testing::Test, protected FitImages {};

TEST_P(FitResume, AfterAnyBatchIsAsIfNobodyHadStopped) {
  const Course whole = to_the_end(*begun("whole"), "whole");
  ASSERT_GE(whole.losses.size(), 9U);
  for (std::size_t steps = 1; steps < whole.losses.size(); ++steps) {
    std::vector<double> losses;
    EXPECT_EQ(run(*begun("parts"), losses, steps).end, FitEnd::interrupted);
    ASSERT_EQ(losses.size(), steps);
    EXPECT_TRUE(to_the_end(*resumed("parts"), "parts", losses) == whole) << "after " << steps << " steps";
    std::filesystem::remove(file("parts"));
  }
}

TEST_P(FitResume, AfterManyStopsIsAsIfNobodyHadStopped) {
  const Course whole = to_the_end(*begun("whole"), "whole");
  std::vector<double> losses;
  run(*begun("parts"), losses, 2);
  for (std::size_t steps = 1; losses.size() + steps < whole.losses.size(); ++steps)
    EXPECT_EQ(run(*resumed("parts"), losses, steps).end, FitEnd::interrupted);
  EXPECT_TRUE(to_the_end(*resumed("parts"), "parts", losses) == whole);
}

TEST_P(FitResume, OfTheSameFitIsAsIfNobodyHadStopped) {
  const Course whole = to_the_end(*begun("whole"), "whole");
  const std::unique_ptr<Fitting> one = begun("parts");
  std::vector<double> losses;
  for (std::size_t steps = 1; losses.size() + steps < whole.losses.size(); ++steps)
    EXPECT_EQ(run(*one, losses, steps).end, FitEnd::interrupted);
  EXPECT_TRUE(to_the_end(*one, "parts", losses) == whole);
}

TEST_P(FitResume, WithMoreEpochsIsAsIfThereHadBeenAsManyAtOnce) {
  const Course whole = to_the_end(*begun("whole"), "whole");
  FitOptions shorter = GetParam().options;
  shorter.epochs = 1;
  ScheduleOptions& schedule = shorter.trainer.schedule;
  if (schedule.type == "cosine") schedule.epochs = GetParam().options.epochs;
  shorter.checkpoint = file("parts");
  FitData data = {.train = train};
  if (GetParam().validated) data.validation = validation;
  Fitting first(GetParam().layers, data, shorter);
  std::vector<double> losses;
  EXPECT_EQ(run(first, losses).end, FitEnd::finished);
  EXPECT_TRUE(to_the_end(*resumed("parts"), "parts", losses) == whole);
}

// A checkpoint in the middle of an epoch, as it was when accuracy was a count and there were no other
// metrics.
TEST_F(FitResumeOlder, CountsTheRightAnswersOfAnEpoch) {
  const FitOptions options = {.epochs = 2, .checkpoint = file("old"), .trainer = kSmall};
  Fitting whole(kPlain, {.train = train}, options);
  const std::vector<EpochMetrics> expected = whole.fit.run().epochs;
  std::filesystem::remove(options.checkpoint);
  std::size_t done = 0;
  Fitting begun(kPlain, {.train = train}, options);
  begun.fit.run({.step = [&](const StepMetrics&) { ++done; }, .go_on = [&] { return done < 3; }});
  TensorFile old = read_safetensors(options.checkpoint);
  const auto sums = old.metadata.extract("sums.accuracy");
  ASSERT_FALSE(sums.empty());
  old.metadata["correct"] = sums.mapped();
  old.metadata.erase("config.training.metrics");
  write_safetensors(options.checkpoint, old);
  Fitting resumed(kPlain, {.train = train}, options);
  resumed.fit.resume(options.checkpoint);
  const std::vector<EpochMetrics> found = resumed.fit.run().epochs;
  ASSERT_EQ(found.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(found[i].values, expected[i].values);
}

INSTANTIATE_TEST_SUITE_P(Of, FitResume, ::testing::Values(kSgd, kRich, kPlateau, kWholeEpoch, kGroups),
                         [](const auto& setting) { return setting.param.name; });

}  // namespace
}  // namespace gradtable
