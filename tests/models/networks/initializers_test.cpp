#include "gradtable/models/networks/initializers.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
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

// Of weights of a convolution, (M,C,kernel...): 8 * 25 inputs and 32 * 25 outputs of each number.
TEST(Initializers, CountTheKernelsOfConvolutions) {
  const std::map<std::string, double> bounds = {{"uniform", 1.0 / 200},
                                                {"xavier_uniform", std::sqrt(6.0 / 1000)},
                                                {"kaiming_uniform", std::sqrt(6.0 / 200)}};
  for (const auto& [name, bound] : bounds) {
    for (const Shape& shape : {Shape{32, 8, 25}, Shape{32, 8, 5, 5}, Shape{32, 8, 5, 5, 1}}) {
      Random random(1);
      const Array weights = find_initializer(name).weights(shape, random, DType::float64);
      const std::vector<double> values(weights.as<double>().begin(), weights.as<double>().end());
      EXPECT_LE(largest(values), bound) << name << to_string(shape);
      EXPECT_GT(largest(values), 0.99 * bound) << name << to_string(shape);
    }
  }
}

TEST(InitialBias, LiesWithinOneOverTheInputs) {
  const Initializer& initializer = find_initializer("kaiming_uniform");
  for (const auto& [weights, inputs, outputs] :
       {std::tuple{Shape{20, 300}, 20.0, 300}, {Shape{300, 4, 5, 1}, 20.0, 300}}) {
    Random random(1);
    const Array bias = initial_bias(initializer, weights, random, DType::float64);
    ASSERT_EQ(bias.shape(), Shape{outputs});
    const std::vector<double> values(bias.as<double>().begin(), bias.as<double>().end());
    EXPECT_LE(largest(values), 1 / inputs);
    EXPECT_GT(largest(values), 0.98 / inputs);
  }
  Random random(1);
  const Array none = initial_bias(find_initializer("zeros"), {2, 3}, random);
  EXPECT_EQ(none.as<float>()[0], 0);
}

TEST(Initializers, RefuseWeightsWithoutInputsAndOutputs) {
  Random random(1);
  for (const Shape& shape : {Shape{3}, Shape{}, Shape{0, 3}, Shape{3, 0}, Shape{2, 3, 0}}) {
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
