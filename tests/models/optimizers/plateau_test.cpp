#include "gradtable/models/optimizers/plateau.hpp"

#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::kInfinity;
using testing::kNaN;

std::vector<double> rates(Plateau& plateau, const std::vector<double>& metrics) {
  std::vector<double> rates;
  for (const double metric : metrics) rates.push_back(plateau.next(metric));
  return rates;
}

TEST(Plateau, LowersTheRateAfterMoreThanPatienceMetrics) {
  Plateau plateau(8, {.factor = 0.5, .patience = 1});
  EXPECT_EQ(rates(plateau, {5, 4, 4, 4, 4, 4, 3, 3, 3}), (std::vector<double>{8, 8, 8, 4, 4, 2, 2, 2, 1}));
}

TEST(Plateau, LooksForHigherMetricsWhereTheyAreBetter) {
  Plateau plateau(8, {.better = Better::higher, .factor = 0.5, .patience = 0});
  EXPECT_EQ(rates(plateau, {0.5, 0.6, 0.6, 0.7, 0.1}), (std::vector<double>{8, 8, 4, 4, 2}));
}

TEST(Plateau, AsksForMoreThanTheThreshold) {
  Plateau plateau(8, {.factor = 0.5, .patience = 0, .threshold = 0.25});
  EXPECT_EQ(rates(plateau, {-4, -5, -5.5, 100}), (std::vector<double>{8, 4, 4, 2}));
}

TEST(Plateau, WaitsForTheCooldown) {
  Plateau plateau(8, {.factor = 0.5, .patience = 0, .cooldown = 2});
  EXPECT_EQ(rates(plateau, {1, 1, 1, 1, 1}), (std::vector<double>{8, 4, 4, 4, 2}));
}

TEST(Plateau, FallsNoFurtherThanTheLeastRate) {
  Plateau plateau(8, {.factor = 0.5, .patience = 0, .least = 3});
  EXPECT_EQ(rates(plateau, {1, 1, 1, 1}), (std::vector<double>{8, 4, 3, 3}));
  Plateau low(1, {.factor = 0.5, .patience = 0, .least = 3});
  EXPECT_EQ(rates(low, {1, 1}), (std::vector<double>{1, 1}));
}

TEST(Plateau, TakesNoMetricThatIsNotFiniteForBetter) {
  Plateau plateau(8, {.factor = 0.5, .patience = 0});
  EXPECT_EQ(rates(plateau, {kNaN, kInfinity, 3, kNaN, 2}), (std::vector<double>{4, 2, 2, 1, 1}));
}

TEST(Plateau, GoesOnFromAStateThatWasKept) {
  const PlateauOptions options{.factor = 0.5, .patience = 1, .cooldown = 1};
  const std::vector<double> metrics = {5, 4, 4, 4, 4, 4, 3, 3, 3, 3};
  Plateau whole(8, options);
  const std::vector<double> expected = rates(whole, metrics);
  for (std::size_t cut = 0; cut < metrics.size(); ++cut) {
    Plateau first(8, options), second(1, options);
    for (std::size_t i = 0; i < cut; ++i) first.next(metrics[i]);
    second.restore(first.state());
    for (std::size_t i = cut; i < metrics.size(); ++i) EXPECT_EQ(second.next(metrics[i]), expected[i]) << cut;
  }
}

TEST(Plateau, RefusesNumbersOutOfRange) {
  const auto expect_refused = [](const std::string& text, double rate, const PlateauOptions& options) {
    EXPECT_TRUE(testing::contains(testing::message_of<ConfigError>([&] { Plateau(rate, options); }), text));
  };
  expect_refused("plateau: expected a finite learning rate above 0, got 0", 0, {});
  expect_refused("plateau: expected a factor above 0 and at most 1, got 0", 1, {.factor = 0});
  expect_refused("plateau: expected a patience of at least 0, got -1", 1, {.patience = -1});
  expect_refused("plateau: expected a cooldown of at least 0, got -1", 1, {.cooldown = -1});
  expect_refused("plateau: expected a finite threshold of at least 0, got nan", 1, {.threshold = kNaN});
  expect_refused("plateau: expected a finite least rate of at least 0, got -1", 1, {.least = -1});
}

}  // namespace
}  // namespace gradtable
