#include "gradtable/ops/comparison.hpp"

#include <cmath>
#include <vector>

#include "tests/ops/errors.hpp"
#include "tests/ops/extremes.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {
namespace {

TEST(ComparisonOperators, AreTheFunctionsOfTheirNames) {
  Graph g;
  const Tensor x = g.input("x", {2}), y = g.input("y", {2});
  EXPECT_EQ(x < y, less(x, y));
  EXPECT_EQ(x <= y, less_equal(x, y));
  EXPECT_EQ(x > 0, greater(x, 0));
  EXPECT_EQ(2 >= x, greater_equal(2, x));
  const Array numbers = Array::of<float>({0.5F, 1.5F});
  EXPECT_EQ(to_string(evaluate(x > 1, {{x, numbers}})), "[0 1]");
  EXPECT_EQ(to_string(evaluate(1 > x, {{x, numbers}})), "[1 0]");
  EXPECT_EQ(to_string(evaluate(where(x >= 1, x, -x), {{x, numbers}})), "[-0.5  1.5]");
}

using namespace testing;

using Numbers = std::vector<double>;

TEST(Comparison, OfNaNIsFalseButForNotEqual) {
  Graph g;
  const Tensor x = g.constant(Array::of<double>({2}, {kNaN, 1}));
  EXPECT_EQ(numbers_of(evaluate(equal(x, x))), (Numbers{0, 1}));
  EXPECT_EQ(numbers_of(evaluate(not_equal(x, x))), (Numbers{1, 0}));
  for (const auto& compared : {less(x, 2), less_equal(x, 1), greater(x, 0), greater_equal(1, x)})
    EXPECT_EQ(numbers_of(evaluate(compared)), (Numbers{0, 1}));
}

TEST(Comparison, OfLabelsAndPredictionsCounts) {
  Graph g;
  const Tensor labels = g.constant(Array::of<std::int32_t>({4}, {7, 2, 1, 0}));
  const Tensor found = g.constant(Array::of<std::int32_t>({4}, {7, 1, 1, 9}));
  const Tensor right = equal(labels, found);
  EXPECT_EQ(right.type(), (TensorType{DType::uint8, {4}}));
  EXPECT_EQ(numbers_of(evaluate(right)), (Numbers{1, 0, 1, 0}));
}

TEST(Comparison, RefusesTwoNumbersAndMixedTypes) {
  Graph g;
  const Tensor x = g.input("x", {2}), labels = g.input("labels", {2}, DType::int32);
  EXPECT_EQ(message_of<GraphError>([] { less(1, 2); }),
            "less: expected a tensor on one side, got two numbers");
  expect_error<ShapeError>(
      [&] { equal(x, labels); },
      "equal: expected one element type, got float32 and int32; cast(x, DType::float32) converts");
}

TEST(Comparison, RefusesNumbersThatTheTypeBesideThemDoesNotHave) {
  Graph g;
  const Tensor labels = g.input("labels", {2}, DType::int32), bytes = g.input("bytes", {2}, DType::uint8);
  expect_error<ShapeError>([&] { equal(labels, 0.5); }, "equal: expected a number that int32 has, got 0.5");
  expect_error<ShapeError>([&] { less(300, bytes); }, "less: expected a number that uint8 has, got 300");
  expect_error<ShapeError>([&] { greater(labels, kNaN); },
                           "greater: expected a number that int32 has, got nan");
  expect_error<ShapeError>([&] { where(bytes, labels, -0.5); },
                           "where: expected a number that int32 has, got -0.5");
  EXPECT_EQ(less(bytes, 255).dtype(), DType::uint8);
  EXPECT_EQ(where(bytes, labels, -2147483648.0).dtype(), DType::int32);
}

TEST(Comparison, IsConstantForDerivatives) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({3}, {-1, 0, 2}));
  const Tensor rectified = sum(where(greater(x, 0), square(x), 3));
  EXPECT_EQ(numbers_of(evaluate(build_grad(rectified, {x})[x])), (Numbers{0, 0, 4}));
  const Tensor counted = sum(where(greater(x, 0), full_like(x, 1), 0));
  EXPECT_THROW(build_grad(counted, {x}), GradientError);
  EXPECT_EQ(numbers_of(evaluate(build_grad(counted, {x}, {Unreached::zeros})[x])), (Numbers{0, 0, 0}));
}

TEST(Where, LooksNeitherAtNumbersNorAtDerivativesThatAreNotTaken) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({3}, {-1, 0, 2}));
  const Tensor y = where(greater(x, 0), log(x), x);
  EXPECT_EQ(numbers_of(evaluate(y)), (Numbers{-1, 0, std::log(2)}));
  const Tensor other = g.parameter("other", full({3}, kNaN, DType::float64));
  const GradTable table = build_grad(sum(where(less(x, 5), x, other)), {x, other});
  EXPECT_EQ(numbers_of(evaluate(table[x])), (Numbers{1, 1, 1}));
  EXPECT_EQ(numbers_of(evaluate(table[other])), (Numbers{0, 0, 0}));
}

TEST(Where, RefusesConditionsThatAreNotBytes) {
  Graph g;
  const Tensor x = g.input("x", {2});
  expect_error<ShapeError>([&] { where(x, x, 0); }, "where: expected a condition of uint8, got float32 (2)");
}

TEST(Where, IsItsInputWhenBothAreTheSame) {
  Graph g;
  const Tensor x = g.input("x", {2, 3}), row = g.input("row", {3});
  const auto simplified = [](const Tensor& y) { return y.node().op->simplified(get_inputs(y, y.graph())); };
  EXPECT_EQ(simplified(where(greater(row, 0), x, x)), x);
  EXPECT_TRUE(simplified(where(greater(x, 0), row, row)).empty());
  EXPECT_TRUE(simplified(where(greater(x, 0), x, row)).empty());
}

TEST(MaximumAndMinimum, ShareTheGradientOfEqualNumbers) {
  for (const bool largest : {true, false}) {
    Graph g;
    const Tensor a = g.parameter("a", Array::of<double>({3}, {1, 2, -kInfinity}));
    const Tensor b = g.parameter("b", Array::of<double>({3}, {1, 1, -kInfinity}));
    const GradTable table = build_grad(sum(largest ? maximum(a, b) : minimum(a, b)), {a, b});
    EXPECT_EQ(numbers_of(evaluate(table[a])), (Numbers{0.5, largest ? 1.0 : 0.0, 0.5}));
    EXPECT_EQ(numbers_of(evaluate(table[b])), (Numbers{0.5, largest ? 0.0 : 1.0, 0.5}));
  }
}

TEST(MaximumAndMinimum, KeepNaNOfEitherSide) {
  for (const double x : {kNaN, 1.0}) {
    expect_value([](const Tensor& t) { return maximum(t, kNaN); }, x, kNaN);
    expect_value([](const Tensor& t) { return minimum(kNaN, t); }, x, kNaN);
  }
  expect_value([](const Tensor& t) { return maximum(t, 1); }, kNaN, kNaN);
  expect_value([](const Tensor& t) { return minimum(1, t); }, kNaN, kNaN);
  expect_derivative([](const Tensor& t) { return maximum(t, 1); }, kNaN, 0);
}

TEST(Clip, HasTheDerivativeOneAtItsLimits) {
  const auto f = [](const Tensor& x) { return clip(x, -1, 2); };
  for (const double inside : {-1.0, 0.0, 2.0}) expect_derivative(f, inside, 1);
  for (const double outside : {-1.5, 2.5, kInfinity, kNaN}) expect_derivative(f, outside, 0);
  expect_value(f, kNaN, kNaN);
  expect_value(f, -kInfinity, -1);
  expect_value([](const Tensor& x) { return clip(x, -kInfinity, kInfinity); }, 7, 7);
}

TEST(Clip, RefusesLimitsThatCross) {
  Graph g;
  const Tensor x = g.input("x", {2});
  expect_error<ShapeError>([&] { clip(x, 2, 1); }, "clip: expected low <= high, got 2 and 1");
  EXPECT_THROW(clip(x, kNaN, 1), ShapeError);
}

}  // namespace
}  // namespace gradtable
