#include "gradtable/ops/elementwise.hpp"

#include <cmath>
#include <limits>

#include "tests/ops/extremes.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using namespace testing;

constexpr auto kSigmoid = [](const Tensor& x) { return sigmoid(x); };
constexpr auto kTanh = [](const Tensor& x) { return tanh(x); };

TEST(Sigmoid, SaturatesWithoutNaN) {
  expect_value(kSigmoid, 1000, 1);
  expect_value(kSigmoid, -1000, 0);
  expect_derivative(kSigmoid, 1000, 0);
  expect_derivative(kSigmoid, -1000, 0);
}

TEST(Tanh, SaturatesWithoutNaN) {
  expect_value(kTanh, 1000, 1);
  expect_value(kTanh, -1000, -1);
  expect_derivative(kTanh, 1000, 0);
}

TEST(Exp, OverflowsToInfinityAndUnderflowsToZero) {
  const auto f = [](const Tensor& x) { return exp(x); };
  expect_value(f, 1000, kInfinity);
  expect_value(f, -1000, 0);
  expect_value(f, kNaN, kNaN);
}

TEST(Log, IsMinusInfinityAtZeroAndNaNBelow) {
  const auto f = [](const Tensor& x) { return log(x); };
  expect_value(f, 0, -kInfinity);
  expect_value(f, -1, kNaN);
  expect_derivative(f, 0, kInfinity);
}

TEST(Abs, HasTheDerivativeZeroAtZero) {
  const auto f = [](const Tensor& x) { return abs(x); };
  expect_value(f, -0.0, 0);
  expect_value(f, -kInfinity, kInfinity);
  expect_value(f, kNaN, kNaN);
  expect_derivative(f, 0, 0);
  expect_derivative(f, -kInfinity, -1);
}

TEST(Expm1, KeepsSmallNumbers) {
  const auto f = [](const Tensor& x) { return expm1(x); };
  expect_value(f, 0x1p-80, 0x1p-80);
  expect_value(f, -kInfinity, -1);
  expect_value(f, kInfinity, kInfinity);
}

// In float32 y + 1 would be 0.
TEST(Expm1, HasADerivativeWithTheDigitsOfExp) {
  Graph g;
  const Tensor x = g.constant(-30.0);
  const double slope = evaluate(build_grad(expm1(x), {x})[x]).item();
  EXPECT_NEAR(slope / std::exp(-30.0), 1, 1e-6);
}

TEST(Log1p, KeepsSmallNumbersAndIsMinusInfinityAtMinusOne) {
  const auto f = [](const Tensor& x) { return log1p(x); };
  expect_value(f, 0x1p-80, 0x1p-80);
  expect_value(f, -1, -kInfinity);
  expect_value(f, -2, kNaN);
  expect_value(f, kInfinity, kInfinity);
}

TEST(SinAndCos, AreNaNForInfinity) {
  const auto sine = [](const Tensor& x) { return sin(x); };
  const auto cosine = [](const Tensor& x) { return cos(x); };
  expect_value(sine, kInfinity, kNaN);
  expect_value(cosine, -kInfinity, kNaN);
  expect_value(sine, 0, 0);
  expect_value(cosine, 0, 1);
}

TEST(Erf, SaturatesWithoutNaN) {
  const auto f = [](const Tensor& x) { return erf(x); };
  expect_value(f, kInfinity, 1);
  expect_value(f, -50, -1);
  expect_derivative(f, 1e30, 0);
}

}  // namespace
}  // namespace gradtable
