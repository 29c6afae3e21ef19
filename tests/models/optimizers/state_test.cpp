#include "gradtable/models/optimizers/state.hpp"

#include <limits>
#include <string>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::message_of;
using Values = std::map<std::string, Array>;

Values remembered(const std::string& what, Array values) {
  Values all;
  all.emplace("W", zeros({2}));
  all.emplace(what + " of W", std::move(values));
  return all;
}

std::string error_of(const Values& values, const std::optional<OptimizerCounts>& counts = {}) {
  return message_of<CheckpointError>([&] { require_possible_state(values, "file", counts); });
}

TEST(RequirePossibleState, RefusesSquaresBelowZero) {
  for (const std::string what : {"second moment", "squares", "mean square", "gradient weights"}) {
    EXPECT_EQ(error_of(remembered(what, Array::of<float>({2}, {1, -0.5F}))),
              "file: -0.5 in \"" + what + " of W\"; expected numbers of at least 0");
    EXPECT_NO_THROW(require_possible_state(remembered(what, Array::of<double>({2}, {0, 1e9})), "file"));
  }
  for (const std::string what : {"velocity", "first moment", "gradient sum"})
    EXPECT_NO_THROW(require_possible_state(remembered(what, Array::of<float>({2}, {1, -1})), "file"));
}

TEST(RequirePossibleState, RefusesCountsThatAreNone) {
  for (const double count : {-1.0, 0.5, 1e300, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_NE(error_of(remembered("steps", Array::of<double>({}, {count}))).find("a whole number from 0 on"),
              std::string::npos)
        << count;
  const Values weights = remembered("gradient weights", Array::of<double>({}, {0.5}));
  EXPECT_NO_THROW(require_possible_state(weights, "file")) << "a weight may be any";
  EXPECT_EQ(error_of(weights, OptimizerCounts{.summed = 32}),
            "file: 0.5 in \"gradient weights of W\"; expected 32, the examples whose gradients are summed");
  const Values values = remembered("steps", Array::of<double>({}, {7}));
  EXPECT_NO_THROW(require_possible_state(values, "file"));
  EXPECT_NO_THROW(require_possible_state(values, "file", OptimizerCounts{.updates = 7}));
  EXPECT_EQ(error_of(values, OptimizerCounts{.updates = 8}),
            "file: 7 in \"steps of W\"; expected 8, the updates so far");
}

TEST(RequirePossibleState, LeavesParametersOfSuchNamesAlone) {
  Values values;
  values.emplace("steps of stairs", Array::of<float>({2}, {-1, 0.5F}));
  values.emplace("squares of chess", Array::of<float>({1}, {-1}));
  EXPECT_NO_THROW(require_possible_state(values, "file"));
}

}  // namespace
}  // namespace gradtable
