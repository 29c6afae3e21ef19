#include "gradtable/ops/regression.hpp"

#include <cmath>
#include <numbers>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using testing::expect_error;

// A column against a vector would be broadcast to a matrix, silently.
TEST(SquaredErrors, RefuseTargetsOfAnotherShape) {
  Graph g;
  const Tensor y = g.input("y", {3, 1}), t = g.input("t", {3}), wide = g.input("wide", {3}, DType::float64);
  expect_error<ShapeError>([&] { mean_squared_error(y, t); },
                           "mean_squared_error: expected one shape, got (3,1) and (3)");
  expect_error<ShapeError>([&] { half_squared_error(y, t); },
                           "half_squared_error: expected one shape, got (3,1) and (3)");
  expect_error<ShapeError>([&] { half_squared_error(t, wide); },
                           "half_squared_error: expected one element type, got float32 and float64; cast(x, "
                           "DType::float32) converts");
}

TEST(SquaredErrors, DifferInTheirFactor) {
  Graph g;
  const Tensor y = g.constant(Array::of<float>({2, 2}, {1, 2, 3, 4})), t = g.constant(full({2, 2}, 2));
  EXPECT_EQ(evaluate(half_squared_error(y, t)).item(), 3);
  EXPECT_EQ(evaluate(mean_squared_error(y, t)).item(), 1.5);
}

TEST(GaussianNll, StaysFiniteForAVarianceOfZero) {
  Graph g;
  const Tensor zero = g.constant(full({1}, 0, DType::float64)), v = g.constant(full({1}, 0, DType::float64));
  const Tensor t = g.constant(full({1}, 2, DType::float64));
  const Tensor loss = gaussian_nll(zero, v, t, 1e-3);
  EXPECT_NEAR(evaluate(loss).item(), 0.5 * std::log(2e-3 * std::numbers::pi) + 2000, 1e-9);
  const GradTable table = build_grad(loss, {zero, v});
  EXPECT_NEAR(evaluate(table[zero]).item(), -2000, 1e-9);
  EXPECT_EQ(evaluate(table[v]).item(), 0);
}

TEST(GaussianNll, RefusesAnEpsilonThatIsNotPositive) {
  Graph g;
  const Tensor x = g.input("x", {3});
  expect_error<ShapeError>([&] { gaussian_nll(x, x, x, 0); }, "gaussian_nll: expected epsilon > 0, got 0");
}

}  // namespace
}  // namespace gradtable
