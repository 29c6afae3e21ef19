#include <algorithm>
#include <array>
#include <cmath>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::expect_error;
using testing::kInfinity;
using testing::kNaN;
using testing::same_bits;

class Extrema : public ::testing::Test {
 protected:
  Graph g;
  Tensor x = g.input("x", {2, 3}), labels = g.input("labels", {3}, DType::int32);

  // d sum(weights * y) / dx
  Array gradient(const Tensor& y, const Tensor& from, const Array& weights) {
    return evaluate(build_grad(sum(mul(y, g.constant(weights))), {from})[from]);
  }
};

TEST_F(Extrema, ShareTheGradientEquallyAmongTies) {
  const Tensor ties = g.parameter("ties", Array::of<double>({2, 4}, {3, 1, 3, 3, -2, -2, 0, -1}));
  const Array weights = Array::of<double>({2}, {6, 8});
  EXPECT_TRUE(same_bits(gradient(max(ties, {1}), ties, weights),
                        Array::of<double>({2, 4}, {2, 0, 2, 2, 0, 0, 8, 0})));
  EXPECT_TRUE(same_bits(gradient(min(ties, {1}), ties, weights),
                        Array::of<double>({2, 4}, {0, 6, 0, 0, 4, 4, 0, 0})));
}

TEST_F(Extrema, ShareTheGradientAmongTiesOverAxesApart) {
  const Tensor ties = g.parameter("ties", Array::of<double>({2, 2, 2}, {5, 1, 0, 2, 3, 5, 2, 2}));
  EXPECT_TRUE(same_bits(gradient(max(ties, {0, 2}, true), ties, Array::of<double>({1, 2, 1}, {1, 6})),
                        Array::of<double>({2, 2, 2}, {0.5, 0, 0, 2, 0, 0.5, 2, 2})));
}

TEST_F(Extrema, HaveASecondDerivativeOfZero) {
  const Tensor row = g.parameter("row", Array::of<double>({3}, {1, 4, 4}));
  const Tensor slope = build_grad(max(row) * max(row), {row})[row];
  const Tensor y = max(row);
  const Tensor first = build_grad(y, {row})[row];
  EXPECT_TRUE(same_bits(evaluate(build_grad(sum(first), {row}, {Unreached::zeros})[row]),
                        zeros({3}, DType::float64)));
  // (max^2)' = 2 max max', whose derivative is 2 max' max'
  EXPECT_TRUE(same_bits(evaluate(slope), Array::of<double>({3}, {0, 4, 4})));
  EXPECT_TRUE(same_bits(evaluate(build_grad(sum(slope), {row})[row]), Array::of<double>({3}, {0, 1, 1})));
}

TEST_F(Extrema, AreNaNWhereANumberIs) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const std::size_t place : {0U, 5U, 40U, 99U}) {
      Array numbers = full({100, 100}, 1, DType::float64);
      numbers.as<double>()[100 * 3 + place] = kNaN;
      const Tensor matrix = g.constant(cast(numbers, dtype));
      for (const Tensor& y : {max(matrix, {1}), min(matrix, {1})}) {
        const Array rows = cast(evaluate(y), DType::float64);
        EXPECT_TRUE(std::isnan(rows.as<double>()[3]));
        EXPECT_EQ(rows.as<double>()[4], 1);
      }
      for (const Tensor& y : {max(matrix, {0}), min(matrix, {0})}) {
        const Array columns = cast(evaluate(y), DType::float64);
        for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(std::isnan(columns.as<double>()[i]), i == place);
      }
      const Array of_rows = evaluate(argmax(matrix)), of_columns = evaluate(argmin(matrix, 0));
      EXPECT_EQ(of_rows.as<std::int32_t>()[3], static_cast<std::int32_t>(place));
      EXPECT_EQ(of_columns.as<std::int32_t>()[place], 3);
    }
  }
}

TEST_F(Extrema, GiveTheGradientToNaN) {
  const Tensor row = g.parameter("row", Array::of<double>({4}, {1, kNaN, 2, kNaN}));
  EXPECT_TRUE(same_bits(gradient(max(row), row, Array::of<double>({}, {3})),
                        Array::of<double>({4}, {0, 1.5, 0, 1.5})));
}

TEST_F(Extrema, TakeInfinitiesAsNumbers) {
  const Tensor low = g.constant(full({40}, -kInfinity)), high = g.constant(full({40}, kInfinity));
  EXPECT_EQ(evaluate(max(low)).item(), -kInfinity);
  EXPECT_EQ(evaluate(min(high)).item(), kInfinity);
  EXPECT_EQ(evaluate(argmax(low)).item(), 0);
  EXPECT_EQ(evaluate(argmin(high)).item(), 0);
}

TEST_F(Extrema, RefuseThePlaceInNothing) {
  expect_error<ShapeError>([&] { argmax(g.constant(1)); }, "argmax: expected no axes for a scalar, got -1");
  expect_error<ShapeError>(
      [&] {
        argmax(g.input("empty", {2, 0}));
      },
      "argmax: expected at least 1 number along axis -1, got (2,0)");
  expect_error<ShapeError>([&] { argmin(x, 2); }, "argmin: expected axes from -2 to 1, got 2");
  expect_error<ShapeError>([&] { argmax(labels); }, "argmax: expected float32 or float64, got int32 (3)");
}

TEST_F(Extrema, GiveIntegersForPlaces) {
  EXPECT_EQ(argmax(x).type(), (TensorType{DType::int32, {2}}));
  EXPECT_EQ(argmin(x, 0, true).type(), (TensorType{DType::int32, {1, 3}}));
}

TEST_F(Extrema, FindTheFirstPlaceInLongRowsAndColumns) {
  Array scores(DType::float64, {5, 100});
  // Rows: zeros, a NaN at the front, one behind, a large number, all -inf.
  const auto row = [&](std::size_t i) { return scores.as<double>().subspan(100 * i, 100); };
  row(1)[0] = kNaN;
  row(2)[50] = row(2)[80] = kNaN;
  row(2)[60] = 1;
  row(3)[99] = 1;
  std::ranges::fill(row(4), -kInfinity);
  Array transposed(DType::float64, {100, 5});
  for (std::size_t i = 0; i < 500; ++i)
    transposed.as<double>()[i % 100 * 5 + i / 100] = scores.as<double>()[i];
  for (const DType dtype : {DType::float32, DType::float64}) {
    const Array in_rows = evaluate(argmax(g.constant(cast(scores, dtype))));
    EXPECT_TRUE(std::ranges::equal(in_rows.as<std::int32_t>(), std::array{0, 0, 50, 99, 0}));
    const Array in_columns = evaluate(argmax(g.constant(cast(transposed, dtype)), 0));
    EXPECT_TRUE(std::ranges::equal(in_columns.as<std::int32_t>(), std::array{0, 0, 50, 99, 0}));
  }
}

TEST_F(Extrema, HaveNoDerivativeThroughPlaces) {
  const Tensor y = one_hot(argmax(x), 3);
  EXPECT_THROW(build_grad(sum(mul(y, y)), {x}), GradientError);
  EXPECT_EQ(build_grad(sum(mul(y, x)), {y}).size(), 1U);  // up to the row of it there is one
}

}  // namespace
}  // namespace gradtable
