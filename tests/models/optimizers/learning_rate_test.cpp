#include "gradtable/models/optimizers/learning_rate.hpp"

#include <cmath>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

constexpr std::int64_t kPerEpoch = 4;

double rate_at(const ScheduleOptions& options, std::int64_t done) {
  return LearningRate(0.5, options).schedule(kPerEpoch)(done);
}

TEST(LearningRate, StaysWithoutASchedule) {
  EXPECT_EQ(rate_at({}, 0), 0.5);
  EXPECT_EQ(rate_at({}, 1000), 0.5);
}

TEST(LearningRate, CountsStepsAndWavesInEpochs) {
  EXPECT_EQ(rate_at({.type = "step", .every = 2}, 7), 0.5);
  EXPECT_NEAR(rate_at({.type = "step", .every = 2}, 8), 0.05, 1e-15);
  EXPECT_NEAR(rate_at({.type = "step", .factor = 0.5, .every = 2}, 16), 0.125, 1e-15);
  EXPECT_NEAR(rate_at({.type = "cosine", .epochs = 2, .least = 0.1}, 4), 0.3, 1e-15);
  EXPECT_NEAR(rate_at({.type = "cosine", .epochs = 2, .least = 0.1}, 8), 0.1, 1e-15);
}

TEST(LearningRate, FallsExponentiallyByTheFactorInAnEpoch) {
  EXPECT_NEAR(rate_at({.type = "exponential"}, kPerEpoch), 0.5 * 0.95, 1e-15);
  EXPECT_NEAR(rate_at({.type = "exponential", .factor = 0.25}, 2), 0.25, 1e-15);
}

TEST(LearningRate, RisesInItsFirstEpochs) {
  EXPECT_NEAR(rate_at({.warmup_epochs = 1}, 0), 0.1, 1e-15);
  EXPECT_NEAR(rate_at({.warmup_epochs = 1}, 3), 0.4, 1e-15);
  EXPECT_EQ(rate_at({.warmup_epochs = 1}, 4), 0.5);
}

TEST(LearningRate, IsTheLeastAtTheEndOfACosineWithAWarmUp) {
  const ScheduleOptions options{.type = "cosine", .epochs = 3, .least = 0.1, .warmup_epochs = 1};
  EXPECT_EQ(rate_at(options, kPerEpoch), 0.5);
  EXPECT_NEAR(rate_at(options, 2 * kPerEpoch), 0.3, 1e-15);
  EXPECT_GT(rate_at(options, 3 * kPerEpoch - 1), 0.1);
  EXPECT_NEAR(rate_at(options, 3 * kPerEpoch), 0.1, 1e-15);
}

TEST(LearningRate, CountsStepsFromTheEndOfTheWarmUp) {
  const ScheduleOptions options{.type = "step", .every = 2, .warmup_epochs = 1};
  EXPECT_EQ(rate_at(options, 3 * kPerEpoch - 1), 0.5);
  EXPECT_NEAR(rate_at(options, 3 * kPerEpoch), 0.05, 1e-15);
}

TEST(LearningRate, FallsOnAPlateauOfTheMetric) {
  LearningRate rate(0.5, {.type = "plateau", .factor = 0.5, .least = 0.2, .patience = 1}, Better::higher);
  const auto now = [&] { return rate.schedule(kPerEpoch)(17); };
  for (const double metric : {0.9, 0.8}) rate.end_epoch(metric);
  EXPECT_EQ(now(), 0.5);
  rate.end_epoch(0.85);
  EXPECT_EQ(now(), 0.25);

  LearningRate resumed(0.5, {.type = "plateau", .factor = 0.5, .least = 0.2, .patience = 1}, Better::higher);
  resumed.restore(rate.state());
  for (LearningRate* each : {&rate, &resumed}) {
    each->end_epoch(0.1);
    each->end_epoch(0.1);
  }
  EXPECT_EQ(now(), 0.2);
  EXPECT_EQ(resumed.schedule(kPerEpoch)(17), 0.2);
}

TEST(LearningRate, OfOtherSchedulesDoesNotLookAtTheMetric) {
  LearningRate rate(0.5, {.type = "constant", .patience = 0});
  for (int i = 0; i < 5; ++i) rate.end_epoch(1);
  EXPECT_EQ(rate.schedule(kPerEpoch)(20), 0.5);
}

TEST(LearningRate, RefusesWhatMakesNoSchedule) {
  const auto refused = [](const ScheduleOptions& options, double rate = 0.5) {
    return testing::message_of<ConfigError>([&] { LearningRate(rate, options); });
  };
  EXPECT_EQ(refused({.type = "cosinus"}),
            "schedule: expected one of constant, step, exponential, cosine, plateau, got 'cosinus'");
  EXPECT_NE(refused({.type = "step", .every = 0}), "nothing thrown");
  EXPECT_NE(refused({.type = "cosine", .epochs = 0}), "nothing thrown");
  EXPECT_NE(refused({.type = "cosine", .least = 0.6}), "nothing thrown");
  EXPECT_NE(refused({.type = "plateau", .patience = -1}), "nothing thrown");
  EXPECT_NE(refused({.factor = 0}), "nothing thrown");
  EXPECT_NE(refused({.warmup_epochs = -1}), "nothing thrown");
  EXPECT_EQ(refused({.type = "cosine", .epochs = 3, .warmup_epochs = 3}),
            "schedule: expected fewer warm-up epochs than the 3 of the cosine, got 3");
  EXPECT_EQ(refused({.type = "cosine", .epochs = 3, .warmup_epochs = 2}), "nothing thrown");
  EXPECT_EQ(refused({.type = "step", .epochs = 3, .warmup_epochs = 3}), "nothing thrown");
  EXPECT_NE(refused({}, -1), "nothing thrown");
}

}  // namespace
}  // namespace gradtable
