// Gradients of what is made of an operand that where, maximum, minimum or clip does not take.
#include "gradtable/graph/detail/choices.hpp"

#include <cmath>
#include <functional>
#include <vector>

#include "tests/ops/comparisons.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/derivatives.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/powers.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/slicing.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using testing::kInfinity;
using Formula = std::function<Tensor(const Tensor&)>;

class NotTaken : public ::testing::Test {
 protected:
  // d sum(f(x)) / dx, again and again.
  void expect(const Formula& f, const std::vector<double>& at,
              const std::vector<std::vector<double>>& orders) {
    Graph g;
    const auto n = static_cast<std::int64_t>(at.size());
    const Tensor x = g.parameter("x", Array::of({n}, std::span<const double>(at)));
    Tensor y = f(x);
    for (const std::vector<double>& expected : orders) {
      y = build_grad(sum(y), {x}, {Unreached::zeros})[x];
      EXPECT_TRUE(close_to(evaluate(y), Array::of({n}, std::span<const double>(expected)), 1e-13));
    }
  }
};

TEST_F(NotTaken, HasNoGradientWhereTheDerivativeIsNotFinite) {
  expect([](const Tensor& x) { return where(greater(x, 0), sqrt(x), x); }, {-1, -4, 4, 0},
         {{1, 1, 0.25, 1}, {0, 0, -1.0 / 32, 0}});
  expect([](const Tensor& x) { return where(greater(x, 0), log(x), 0); }, {0, 1}, {{0, 1}, {0, -1}, {0, 2}});
  expect([](const Tensor& x) { return where(less_equal(x, 0), exp(x), x + 1.0); }, {1000, 0},
         {{1, 1}, {0, 1}});
  expect([](const Tensor& x) { return where(equal(x, 0), 1, sin(x) / x); }, {0}, {{0}, {0}});
  expect([](const Tensor& x) { return where(less(x, 0), x, pow(x, 0.5)); }, {-1, 1}, {{1, 0.5}});
}

TEST_F(NotTaken, HasNoneBehindWholeExpressions) {
  const Formula f = [](const Tensor& x) { return exp(square(log(x))) / x + reciprocal(x) * sqrt(x); };
  expect([&](const Tensor& x) { return where(greater(x, 0), f(x), 2.0 * x); }, {0, -3}, {{2, 2}, {0, 0}});
  // where in where, the inner one taken where the outer one is not
  expect(
      [](const Tensor& x) {
        const Tensor inner = where(greater(x, -5), log(x), sqrt(-x));
        return where(greater(x, 0), inner, where(less(x, -5), inner, x));
      },
      {0, -3, 2, -9}, {{1, 1, 0.5, -1.0 / 6}});
  // one expression under both branches and beside them
  expect(
      [](const Tensor& x) {
        const Tensor r = reciprocal(x);
        return where(greater(x, 0), log(r), 0) + where(less(x, 0), sqrt(-r), 0);
      },
      {0, 2, -1}, {{0, -0.5, 0.5}});
}

TEST_F(NotTaken, IsWhatMaximumMinimumAndClipDoNotTake) {
  expect([](const Tensor& x) { return maximum(log(x), -3); }, {0, 1}, {{0, 1}});
  expect([](const Tensor& x) { return minimum(reciprocal(x), 5); }, {0, 1}, {{0, -1}});
  expect([](const Tensor& x) { return clip(log(x), -3, 3); }, {0, 1}, {{0, 1}});
}

TEST_F(NotTaken, IsWhatIsNotTheLargestOrTheLeast) {
  expect([](const Tensor& x) { return max(maximum(log(x), -9)) + max(sqrt(x)); }, {0, 4}, {{0, 0.5}});
  expect([](const Tensor& x) { return max(exp(reciprocal(x))) + min(log(x)); }, {1, 0.5},
         {{0, 2 - 4 * std::exp(2)}});
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({3}, {-1, 0, -2}));
  for (const Tensor& y : {log(max(x)), reciprocal(max(x)), sqrt(min(square(x)))}) {
    const Array d = evaluate(build_grad(y, {x})[x]);
    int finite = 0;
    for (const double number : d.as<double>()) finite += number == 0 ? 1 : 0;
    EXPECT_EQ(finite, 2);
  }
}

TEST_F(NotTaken, CountsNothingThroughBroadcastsReductionsAndShapes) {
  Graph g;
  const Tensor s = g.parameter("s", full({}, 0, DType::float64));
  const Tensor flags = g.constant(Array::of<double>({3}, {-1, -2, -3}));
  EXPECT_EQ(evaluate(build_grad(sum(where(greater(flags, 0), log(s), flags)), {s})[s]).item(), 0);
  const Tensor x = g.parameter("x", Array::of<double>({2, 2}, {0, 1, 2, 4}));
  const Tensor row = g.constant(Array::of<double>({2, 1}, {-1, 1}));
  const Formula sums = [](const Tensor& v) { return broadcast_to(sum(log(v), {1}, true), {2, 2}); };
  const Formula shapes = [](const Tensor& v) { return reshape(reshape(log(v), {4}), {2, 2}); };
  const Formula copies = [](const Tensor& v) {
    const Tensor logs = transpose(concat({transpose(log(v)), transpose(v)}, 0));
    return slice(gather(logs, v.graph().constant(Array::of<std::int32_t>({2}, {0, 1}))),
                 {{.axis = 1, .start = 0, .stop = 2}});
  };
  const auto gradient = [&](const Formula& f) {
    return evaluate(build_grad(sum(where(greater(row, 0), f(x), 0)), {x})[x]);
  };
  EXPECT_TRUE(close_to(gradient(sums), Array::of<double>({2, 2}, {0, 0, 1, 0.5}), 1e-14));
  EXPECT_TRUE(close_to(gradient(copies), Array::of<double>({2, 2}, {0, 0, 0.5, 0.25}), 1e-14));
  EXPECT_TRUE(close_to(gradient(shapes), Array::of<double>({2, 2}, {0, 0, 0.5, 0.25}), 1e-14));
}

// A row of scores that are all -inf, as attention has for padding.
TEST_F(NotTaken, AreRowsOfSoftmaxAndOfTheFirstFactor) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2, 2}, {1, 2, 3, 4}));
  const Tensor scores = where(g.constant(Array::of<std::uint8_t>({2, 2}, {0, 0, 1, 1})), x, -kInfinity);
  const Tensor rows = g.constant(Array::of<std::uint8_t>({2, 1}, {0, 1}));
  const Tensor weights = g.constant(Array::of<double>({2, 2}, {5, 1, 3, 7}));
  const Tensor y = sum(where(rows, softmax(scores), 0) * weights);
  const Array d = evaluate(build_grad(y, {x})[x]);
  EXPECT_EQ(d.as<double>()[0], 0);
  EXPECT_EQ(d.as<double>()[1], 0);
  EXPECT_NEAR(d.as<double>()[2], -d.as<double>()[3], 1e-14);
  const Tensor a = g.parameter("a", Array::of<double>({2, 2}, {0, 0, 1, 2}));
  const Tensor product = where(rows, matmul(log(a), weights), 0);
  EXPECT_TRUE(
      close_to(evaluate(build_grad(sum(product), {a})[a]), Array::of<double>({2, 2}, {0, 0, 6, 5}), 1e-14));
}

TEST_F(NotTaken, IsAnythingWhereNothingIsTaken) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2, 2}, {0, 1, 2, 4}));
  const Tensor no = g.constant(Array::of<std::uint8_t>({}, {0}));
  const Tensor y = where(no, matmul(log(x), log(x)), x);
  EXPECT_TRUE(close_to(evaluate(build_grad(sum(y), {x})[x]), full({2, 2}, 1, DType::float64), 0));
}

// What is 0 by its value, and not by a choice, keeps its derivative.
TEST_F(NotTaken, DoesNotTakeZerosOfTheCotangentForAChoice) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2}, {2, -2}));
  const Tensor w = g.parameter("w", Array::of<double>({2}, {0, 0}));
  const Tensor z = sum(w * where(greater(x, 0), square(x), x));
  const Tensor by_x = build_grad(z, {x})[x];
  EXPECT_TRUE(close_to(evaluate(build_grad(sum(by_x), {w})[w]), Array::of<double>({2}, {4, 1}), 0));
  const Tensor v = g.constant(Array::of<double>({2}, {1, 10}));
  const Tensor y = where(greater(x, 0), log(x), x);
  EXPECT_TRUE(close_to(evaluate(jvp({y}, {x}, {v})[0]), Array::of<double>({2}, {0.5, 10}), 1e-15));
}

}  // namespace
}  // namespace gradtable
