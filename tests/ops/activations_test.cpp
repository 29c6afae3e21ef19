#include "gradtable/ops/activations.hpp"

#include <cmath>
#include <limits>

#include "tests/ops/extremes.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/powers.hpp"

namespace gradtable {
namespace {

using namespace testing;

constexpr auto kReLU = [](const Tensor& x) { return relu(x); };
constexpr auto kLeaky = [](const Tensor& x) { return leaky_relu(x, 0.25); };
constexpr auto kELU = [](const Tensor& x) { return elu(x, 0.5); };
constexpr auto kSoftplus = [](const Tensor& x) { return softplus(x); };
constexpr auto kGELU = [](const Tensor& x) { return gelu(x); };

template <class F>
void expect_second_derivative(const F& f, double x, double expected) {
  const auto first = [&](const Tensor& at) { return build_grad(sum(f(at)), {at})[at]; };
  expect_value([&](const Tensor& at) { return build_grad(sum(first(at)), {at}, {Unreached::zeros})[at]; }, x,
               expected);
}

TEST(ReLU, HasTheDerivativeZeroAtZero) {
  for (const double zero : {0.0, -0.0}) {
    expect_value(kReLU, zero, 0);
    expect_derivative(kReLU, zero, 0);
  }
  expect_derivative(kReLU, std::numeric_limits<float>::denorm_min(), 1);
}

// d sqrt(f(-1)) / dx: the derivative of the square root is infinite.
TEST(ReLU, HasNoPartInAnInfiniteGradientBelowZero) {
  expect_derivative([](const Tensor& x) { return sqrt(relu(x)); }, -1, 0);
  expect_derivative([](const Tensor& x) { return sqrt(leaky_relu(x, 0)); }, -1, 0);
  expect_second_derivative([](const Tensor& x) { return sqrt(relu(x)); }, 4, -1.0 / 32);
}

TEST(ReLU, KeepsNaNAndInfinity) {
  expect_value(kReLU, kNaN, kNaN);
  expect_value(kReLU, kInfinity, kInfinity);
  expect_value(kReLU, -kInfinity, 0);
}

TEST(Heaviside, IsZeroAtZeroAndForNaN) {
  const auto f = [](const Tensor& x) { return heaviside(x); };
  expect_value(f, 0, 0);
  expect_value(f, kNaN, 0);
  expect_value(f, kInfinity, 1);
}

TEST(Sign, IsZeroAtZeroAndKeepsNaN) {
  const auto f = [](const Tensor& x) { return sign(x); };
  expect_value(f, 0, 0);
  expect_value(f, -kInfinity, -1);
  expect_value(f, std::numeric_limits<float>::denorm_min(), 1);
  expect_value(f, kNaN, kNaN);
  expect_derivative(f, 0, 0);
  expect_derivative(f, 3, 0);
}

TEST(LeakyReLU, HasTheSlopeOfTheLeftAtZero) {
  expect_derivative(kLeaky, 0, 0.25);
  expect_derivative(kLeaky, std::numeric_limits<float>::denorm_min(), 1);
  expect_value(kLeaky, -kInfinity, -kInfinity);
  expect_value(kLeaky, kNaN, kNaN);
}

TEST(ELU, HasTheSlopeOfTheLeftAtZero) {
  expect_derivative(kELU, 0, 0.5);
  expect_derivative(kELU, 1, 1);
  expect_value(kELU, -kInfinity, -0.5);
  expect_value(kELU, kInfinity, kInfinity);
  expect_value(kELU, kNaN, kNaN);
}

// e^1000 is infinite; the branch that was not taken must not give 0 times that.
TEST(ELU, HasDerivativesWithoutNaNFarFromZero) {
  expect_derivative(kELU, 1000, 1);
  expect_derivative(kELU, -1000, 0);
  expect_second_derivative(kELU, 1000, 0);
  expect_second_derivative(kELU, 0, 0.5);
}

TEST(Softplus, NeitherOverflowsNorLosesItsTail) {
  expect_value(kSoftplus, 1000, 1000);
  expect_value(kSoftplus, -1000, 0);
  expect_value(kSoftplus, kInfinity, kInfinity);
  expect_value(kSoftplus, -kInfinity, 0);
  expect_value(kSoftplus, kNaN, kNaN);
  expect_derivative(kSoftplus, 1000, 1);
  expect_derivative(kSoftplus, -1000, 0);
  expect_second_derivative(kSoftplus, 1000, 0);
}

TEST(GELU, HasItsLimitsAtInfinity) {
  expect_value(kGELU, kInfinity, kInfinity);
  expect_value(kGELU, -kInfinity, 0);
  expect_value(kGELU, 0, 0);
  expect_value(kGELU, kNaN, kNaN);
  expect_derivative(kGELU, 0, 0.5);
  expect_derivative(kGELU, 100, 1);
  expect_derivative(kGELU, -100, 0);
}

// 1 + erf(x / sqrt 2) in float32 is 0 there.
TEST(GELU, KeepsItsTailInFloat32) {
  Graph g;
  const double y = evaluate(gelu(g.constant(-6.0))).item();
  EXPECT_NEAR(y / (-3 * std::erfc(6 / std::sqrt(2.0))), 1, 1e-5);
}

}  // namespace
}  // namespace gradtable
