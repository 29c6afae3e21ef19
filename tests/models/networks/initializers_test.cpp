#include "gradtable/models/networks/initializers.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

const Shape kShape{300, 100};

std::vector<double> drawn(std::string_view name, std::uint64_t seed, DType dtype = DType::float64) {
  Random random(seed);
  const Array weights = cast(find_initializer(name).weights(kShape, random, dtype), DType::float64);
  const auto values = weights.as<double>();
  return {values.begin(), values.end()};
}

double variance(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum / static_cast<double>(values.size());
}

double largest(const std::vector<double>& values) {
  return std::abs(*std::ranges::max_element(values, {}, [](double v) { return std::abs(v); }));
}

TEST(Initializers, ThatAreUniformFillTheirInterval) {
  // Of 300 inputs and 100 outputs.
  const std::map<std::string, double> bounds = {{"uniform", 1.0 / 300},
                                                {"xavier_uniform", std::sqrt(6.0 / 400)},
                                                {"kaiming_uniform", std::sqrt(6.0 / 300)}};
  for (const auto& [name, bound] : bounds) {
    const auto values = drawn(name, 1);
    EXPECT_LE(largest(values), bound) << name;
    EXPECT_GT(*std::ranges::max_element(values), 0.999 * bound) << name;
    EXPECT_LT(*std::ranges::min_element(values), -0.999 * bound) << name;
    EXPECT_NEAR(variance(values), bound * bound / 3, 0.02 * bound * bound / 3) << name;
  }
}

TEST(Initializers, ThatAreNormalHaveTheirVariance) {
  const std::map<std::string, double> variances = {{"xavier_normal", 2.0 / 400},
                                                   {"kaiming_normal", 2.0 / 300}};
  for (const auto& [name, expected] : variances) {
    const auto values = drawn(name, 1);
    EXPECT_NEAR(variance(values), expected, 0.03 * expected) << name;
    double mean = 0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    EXPECT_NEAR(mean, 0, 4 * std::sqrt(expected / static_cast<double>(values.size()))) << name;
    // Some beyond three standard deviations, as a uniform or a cut distribution has none.
    EXPECT_GT(largest(values), 3 * std::sqrt(expected)) << name;
  }
}

TEST(Initializers, GiveTheSameBitsForTheSameSeedAndOthersForAnother) {
  for (const Initializer& initializer : initializers()) {
    EXPECT_EQ(drawn(initializer.name, 7), drawn(initializer.name, 7)) << initializer.name;
    if (initializer.name == "zeros") continue;
    EXPECT_NE(drawn(initializer.name, 7), drawn(initializer.name, 8)) << initializer.name;
  }
}

TEST(Initializers, RoundTheSameNumbersToFloat32) {
  const auto doubles = drawn("kaiming_uniform", 3), floats = drawn("kaiming_uniform", 3, DType::float32);
  for (std::size_t i = 0; i < doubles.size(); ++i)
    ASSERT_EQ(floats[i], static_cast<double>(static_cast<float>(doubles[i])));
}

TEST(Initializers, GiveZerosOnlyWhenAskedTo) {
  EXPECT_EQ(largest(drawn("zeros", 1)), 0);
  for (const Initializer& initializer : initializers()) {
    if (initializer.name == "zeros") continue;
    EXPECT_EQ(std::ranges::count(drawn(initializer.name, 1), 0.0), 0) << initializer.name;
  }
}

TEST(Initializers, RefuseWeightsThatAreNoMatrix) {
  Random random(1);
  for (const Shape& shape : {Shape{3}, Shape{}, Shape{2, 3, 4}, Shape{0, 3}, Shape{3, 0}}) {
    EXPECT_THROW(uniform(shape, random), ShapeError) << to_string(shape);
    EXPECT_THROW(xavier_uniform(shape, random), ShapeError);
    EXPECT_THROW(kaiming_normal(shape, random), ShapeError);
  }
}

TEST(FindInitializer, ListsTheKnownNamesForAnother) {
  const std::string message = message_of<ConfigError>([] { find_initializer("xavier"); });
  EXPECT_TRUE(contains(message, "got 'xavier'"));
  for (const Initializer& initializer : initializers()) EXPECT_TRUE(contains(message, initializer.name));
  EXPECT_EQ(initializers().size(), 6U);
}

}  // namespace
}  // namespace gradtable
