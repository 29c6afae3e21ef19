#include <cmath>
#include <string>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include "tests/ops/formulas.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using testing::kInfinity;
using testing::kRealTypes;

class LogSumExp : public ::testing::Test {
 protected:
  Graph g;
};

TEST_F(LogSumExp, TakesNumbersOfAnySize) {
  for (const DType dtype : kRealTypes) {
    const Array scores =
        cast(Array::of<double>({4, 2}, {1000, 1000, -5000, -5000, 3e4, -3e4, 0, -1000}), dtype);
    const Array expected = Array::of<double>({4}, {1000 + std::log(2.0), -5000 + std::log(2.0), 3e4, 0});
    const Tensor x = g.constant(scores);
    EXPECT_TRUE(close_to(evaluate(logsumexp(x, {1})), expected, 1e-7));
    EXPECT_TRUE(close_to(evaluate(logsumexp(transpose(x), {0})), expected, 1e-7));
  }
}

TEST_F(LogSumExp, TakesInfinitiesWithoutNaN) {
  for (const DType dtype : kRealTypes) {
    const Array scores =
        cast(Array::of<double>({4, 3}, {-kInfinity, -kInfinity, -kInfinity, -kInfinity, 2, -kInfinity,
                                        kInfinity, 0, 1, kInfinity, kInfinity, -kInfinity}),
             dtype);
    const Array expected = cast(Array::of<double>({4}, {-kInfinity, 2, kInfinity, kInfinity}), dtype);
    const Tensor x = g.constant(scores);
    EXPECT_TRUE(testing::same_bits(evaluate(logsumexp(x, {1})), expected));
    EXPECT_TRUE(testing::same_bits(evaluate(logsumexp(transpose(x), {0})), expected));
  }
}

TEST_F(LogSumExp, IsNaNWhereANumberIs) {
  const Tensor x = g.constant(Array::of<float>({2, 2}, {1, NAN, 2, 2}));
  const Array rows = evaluate(logsumexp(x, {1})), columns = evaluate(logsumexp(x, {0}));
  EXPECT_TRUE(std::isnan(rows.as<float>()[0]) && !std::isnan(rows.as<float>()[1]));
  EXPECT_TRUE(!std::isnan(columns.as<float>()[0]) && std::isnan(columns.as<float>()[1]));
}

TEST_F(LogSumExp, HasSoftmaxAsItsGradient) {
  for (const DType dtype : kRealTypes) {
    const Tensor x = g.parameter(std::string(to_string(dtype)), cast(testing::numbers({3, 7}), dtype));
    for (const std::int64_t axis : {0, 1}) {
      const Tensor gradient = build_grad(sum(logsumexp(x, {axis})), {x})[x];
      EXPECT_TRUE(close_to(evaluate(gradient), evaluate(softmax(x, axis)), 1e-6));
    }
  }
}

TEST_F(LogSumExp, HasAGradientOfZeroOfNothingButMinusInfinity) {
  const Tensor x = g.parameter("x", Array::of<double>({2, 2}, {-kInfinity, -kInfinity, -kInfinity, 3}));
  EXPECT_TRUE(testing::same_bits(evaluate(build_grad(sum(logsumexp(x, {1})), {x})[x]),
                                 Array::of<double>({2, 2}, {0, 0, 0, 1})));
}

// Where ln n is less than the spacing of numbers there; and where it is small itself.
TEST_F(LogSumExp, KeepsItsDigitsAndItsGradientBesideLargeAndSmallNumbers) {
  const Tensor large = g.parameter("x", full({2, 3}, 1e8));
  for (const std::vector<std::int64_t>& axes : {std::vector<std::int64_t>{1}, {0}, {0, 1}}) {
    const Tensor y = logsumexp(large, axes);
    const double share = static_cast<double>(y.shape().size()) / 6;
    EXPECT_TRUE(close_to(evaluate(build_grad(sum(y), {large})[large]), full({2, 3}, share), 1e-7));
  }
  const Tensor small = g.constant(Array::of<float>({1, 2}, {0, -20}));
  EXPECT_NEAR(evaluate(logsumexp(small)).item() / std::log1p(std::exp(-20)), 1, 1e-6);
  EXPECT_NEAR(evaluate(logsumexp(transpose(small), {0})).item() / std::log1p(std::exp(-20)), 1, 1e-6);
}

TEST_F(LogSumExp, RefusesBadAxesInOneSentence) {
  const Tensor x = g.input("x", {2, 3, 4});
  testing::expect_error<ShapeError>(
      [&] {
        logsumexp(x, {0, -4});
      },
      "logsumexp: expected axes from -3 to 2, got -4");
  testing::expect_error<ShapeError>(
      [&] {
        logsumexp(x, {0, 2, -1});
      },
      "logsumexp: expected each axis once, got axis 2 twice");
}

// More than is worked on at once, over columns and rows.
TEST_F(LogSumExp, SumsManyNumbers) {
  for (const Shape& shape : {Shape{3, 5000}, Shape{5000, 3}, Shape{40, 300}, Shape{300, 40}}) {
    const Tensor x = g.constant(full(shape, 1.5, DType::float64));
    for (const std::int64_t axis : {0, 1}) {
      const Array y = evaluate(logsumexp(x, {axis}));
      const double expected = 1.5 + std::log(static_cast<double>(shape[static_cast<int>(axis)]));
      EXPECT_TRUE(close_to(y, full(y.shape(), expected, DType::float64), 1e-13));
    }
  }
}

}  // namespace
}  // namespace gradtable
