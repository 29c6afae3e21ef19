#include "gradtable/models/optimizers/schedule.hpp"

#include <cmath>
#include <string>

#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::kInfinity;
using testing::kNaN;

void expect_rates(const Schedule& schedule, const std::vector<double>& expected) {
  for (std::size_t done = 0; done < expected.size(); ++done)
    EXPECT_NEAR(schedule(static_cast<std::int64_t>(done)), expected[done], 1e-15) << done;
}

template <class Action>
void expect_refused(const std::string& text, const Action& action) {
  EXPECT_TRUE(testing::contains(testing::message_of<ConfigError>(action), text));
}

TEST(Schedule, OfConstantsStays) {
  expect_rates(constant_schedule(0.3), {0.3, 0.3, 0.3});
  EXPECT_EQ(constant_schedule(0.3)(1'000'000'000), 0.3);
}

TEST(Schedule, OfStepsFallsAtEachMultiple) {
  expect_rates(step_schedule(8, 2, 0.5), {8, 8, 4, 4, 2, 2, 1});
  expect_rates(step_schedule(1, 3), {1, 1, 1, 0.1});
}

TEST(Schedule, OfExponentialsFallsWithEachStep) {
  expect_rates(exponential_schedule(2, 0.5), {2, 1, 0.5, 0.25});
}

TEST(Schedule, OfACosineFallsToTheLeastAndStays) {
  const double half = std::sqrt(0.5);
  expect_rates(cosine_schedule(3, 4, 1), {3, 2 + half, 2, 2 - half, 1, 1, 1});
  EXPECT_NEAR(cosine_schedule(3, 4)(4), 0, 1e-15);
}

TEST(Schedule, WarmsUpInFrontOfAnother) {
  expect_rates(warm_up(3, step_schedule(8, 2, 0.5)), {2, 4, 6, 8, 8, 4, 4, 2});
  expect_rates(warm_up(1, constant_schedule(2)), {1, 2, 2});
}

TEST(Schedule, RefusesNumbersOutOfRange) {
  for (const double rate : {0.0, -1.0, kNaN, kInfinity}) {
    const std::string text = ": expected a finite learning rate above 0, got ";
    expect_refused("constant_schedule" + text, [=] { constant_schedule(rate); });
    expect_refused("step_schedule" + text, [=] { step_schedule(rate, 1); });
    expect_refused("exponential_schedule" + text, [=] { exponential_schedule(rate, 0.5); });
    expect_refused("cosine_schedule" + text, [=] { cosine_schedule(rate, 1); });
  }
  for (const double factor : {0.0, -1.0, 1.5, kNaN}) {
    const std::string text = ": expected a factor above 0 and at most 1, got ";
    expect_refused("step_schedule" + text, [=] { step_schedule(1, 1, factor); });
    expect_refused("exponential_schedule" + text, [=] { exponential_schedule(1, factor); });
  }
  expect_refused("step_schedule: expected at least 1 step, got 0", [] { step_schedule(1, 0); });
  expect_refused("cosine_schedule: expected at least 1 step, got -1", [] { cosine_schedule(1, -1); });
  expect_refused("warm_up: expected at least 1 step, got 0", [] { warm_up(0, constant_schedule(1)); });
  expect_refused("cosine_schedule: expected a least rate of at most 1, got 2",
                 [] { cosine_schedule(1, 9, 2); });
  expect_refused("cosine_schedule: expected a finite least rate of at least 0, got -1",
                 [] { cosine_schedule(1, 9, -1); });
}

}  // namespace
}  // namespace gradtable
