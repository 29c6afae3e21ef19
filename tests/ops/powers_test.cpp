#include "gradtable/ops/powers.hpp"

#include <limits>
#include <string>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/extremes.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {
namespace {

using namespace testing;

auto power(double exponent) {
  return [exponent](const Tensor& x) { return pow(x, exponent); };
}

TEST(Sqrt, HasAnInfiniteDerivativeAtZeroAndIsNaNBelow) {
  const auto f = [](const Tensor& x) { return sqrt(x); };
  expect_value(f, 9, 3);
  expect_value(f, -1, kNaN);
  expect_value(f, kInfinity, kInfinity);
  expect_derivative(f, 0, kInfinity);
}

TEST(Reciprocal, IsInfiniteAtZero) {
  const auto f = [](const Tensor& x) { return reciprocal(x); };
  expect_value(f, 0, kInfinity);
  expect_value(f, -0.0, -kInfinity);
  expect_value(f, kInfinity, 0);
}

TEST(PowOfANumber, HasDerivativesAtZeroAndBelow) {
  expect_derivative(power(2), 0, 0);
  expect_derivative(power(2), -3, -6);
  expect_derivative(power(3), 0, 0);
  expect_derivative(power(1), 0, 1);
  expect_derivative(power(0), 0, 0);
  expect_value(power(0), kNaN, 1);
  expect_value(power(0.5), -1, kNaN);
  expect_value(power(0.5), -kInfinity, kInfinity);
}

// The derivatives in both inputs of a^b, at one pair of numbers.
struct Slopes {
  double a, b;
};

Slopes slopes_at(double a, double b) {
  Graph g;
  const Tensor x = g.parameter("a", full({}, a, DType::float64));
  const Tensor y = g.parameter("b", full({}, b, DType::float64));
  const GradTable table = build_grad(pow(x, y), {x, y});
  return {evaluate(table[x]).item(), evaluate(table[y]).item()};
}

TEST(Pow, HasDerivativesWithoutNaNWhereTheBaseIsZero) {
  EXPECT_EQ(slopes_at(0, 2).a, 0);
  EXPECT_EQ(slopes_at(0, 2).b, 0);
  EXPECT_EQ(slopes_at(0, 1).a, 1);
  EXPECT_EQ(slopes_at(0, 0).a, 0);
  EXPECT_EQ(slopes_at(-2, 3).a, 12);
}

TEST(Pow, HasNoDerivativeInTheBaseForTheExponentZero) {
  for (const double a : {kNaN, kInfinity, -2.0, std::numeric_limits<double>::denorm_min()})
    EXPECT_EQ(slopes_at(a, 0).a, 0) << a;
}

// The derivative of a^b by these inputs, one after the other: 'a' or 'b'.
double derivative(const std::string& by, double a, double b) {
  Graph g;
  const Tensor x = g.parameter("a", full({}, a, DType::float64));
  const Tensor y = g.parameter("b", full({}, b, DType::float64));
  Tensor z = pow(x, y);
  for (const char input : by) {
    const Tensor& target = input == 'a' ? x : y;
    z = build_grad(z, {target}, {Unreached::zeros})[target];
  }
  return evaluate(z).item();
}

TEST(Pow, HasTheHigherDerivativesThatAreFiniteWhereTheBaseIsZero) {
  for (const double b : {2.0, 3.0}) {
    EXPECT_EQ(derivative("ab", 0, b), 0) << b;
    EXPECT_EQ(derivative("ba", 0, b), 0) << b;
    EXPECT_EQ(derivative("bb", 0, b), 0) << b;
  }
  EXPECT_EQ(derivative("aab", 0, 3), 0);
  EXPECT_EQ(derivative("baa", 0, 3), 0);
  EXPECT_EQ(derivative("aa", 0, 2), 2);
  EXPECT_EQ(derivative("aaa", 0, 2), 0);
  EXPECT_EQ(derivative("aaa", 0, 3), 6);
  EXPECT_EQ(derivative("aaa", 0, 1), 0);
  EXPECT_EQ(derivative("aa", 0, 0), 0);
}

// The derivative of b a^(b-1) in b
TEST(Pow, HasTheMixedDerivativeForTheExponentZero) {
  EXPECT_EQ(derivative("ab", 4, 0), 0.25);
  EXPECT_EQ(derivative("ba", 4, 0), 0.25);
}

TEST(Pow, AsksForNoDerivativeOfAConstantExponent) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({3}, {-2, 0, 3}));
  const Tensor exponents = g.constant(Array::of<double>({3}, {2, 2, 3}));
  const Array found = evaluate(build_grad(sum(pow(x, exponents)), {x})[x]);
  EXPECT_TRUE(testing::close_to(found, Array::of<double>({3}, {-4, 0, 27}), 1e-14));
}

TEST(Pow, IsCheaperForExponentsThatAreConstant) {
  Graph g;
  const Tensor x = g.input("x", {2, 3}), two = g.constant(2.0), row = g.constant(full({1, 2, 3}, 2));
  const auto simplified = [](const Tensor& y) { return y.node().op->simplified(get_inputs(y, y.graph())); };
  EXPECT_EQ(simplified(pow(x, two)), pow(x, 2));
  EXPECT_EQ(simplified(pow(x, 2)), square(x));
  EXPECT_EQ(simplified(pow(x, 1)), x);
  EXPECT_EQ(simplified(pow(x, -1)), reciprocal(x));
  EXPECT_TRUE(simplified(pow(x, 0.5)).empty());  // sqrt(-inf) is NaN
  EXPECT_TRUE(simplified(pow(x, row)).empty());  // of another shape
}

}  // namespace
}  // namespace gradtable
