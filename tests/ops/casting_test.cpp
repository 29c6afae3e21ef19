#include "gradtable/ops/casting.hpp"

#include <numeric>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::expect_error;
using testing::message_of;

Array every_byte() {
  Array bytes(DType::uint8, {256});
  const auto values = bytes.as<std::uint8_t>();
  std::iota(values.begin(), values.end(), std::uint8_t{0});
  return bytes;
}

TEST(CastOp, MapsPixelsToTheUnitIntervalByACorrectlyRoundedDivision) {
  Graph g;
  const Tensor pixels = g.input("pixels", {256}, DType::uint8);
  const Array narrow = evaluate(cast(pixels, DType::float32) / 255, {{pixels, every_byte()}});
  const Array wide = evaluate(cast(pixels, DType::float64) / 255, {{pixels, every_byte()}});
  for (std::size_t i = 0; i < 256; ++i) {
    EXPECT_EQ(narrow.as<float>()[i], static_cast<float>(i) / 255.0F);
    EXPECT_EQ(wide.as<double>()[i], static_cast<double>(i) / 255.0);
  }
}

TEST(CastOp, HasTheDerivativeThatIsCastBack) {
  Graph g;
  const Tensor x = g.input("x", {2}, DType::float64);
  const Tensor y = cast(square(cast(x, DType::float32)), DType::float64);
  const Tensor dx = build_grad(sum(mul(y, x)), {x})[x];  // 3 x^2
  EXPECT_EQ(dx.dtype(), DType::float64);
  const Array found = evaluate(dx, {{x, Array::of<double>({2}, {0.1, -3})}});
  EXPECT_TRUE(testing::close_to(found, Array::of<double>({2}, {0.03, 27}), 1e-6));
  EXPECT_FALSE(testing::close_to(found, Array::of<double>({2}, {0.03, 27}), 1e-12));  // by way of float32
}

TEST(CastOp, AsTypeAddsNoNodeForTheTypeThatIsThere) {
  Graph g;
  const Tensor x = g.input("x", {2});
  EXPECT_EQ(as_type(x, DType::float32), x);
  EXPECT_EQ(as_type(x, DType::float64), cast(x, DType::float64));
}

TEST(CastOp, IsAConstantFromAndToIntegers) {
  Graph g;
  const Tensor x = g.input("x", {2}), bytes = g.input("bytes", {2}, DType::uint8);
  const Tensor whole = cast(cast(x, DType::int32), DType::float32), real = cast(bytes, DType::float32);
  const Array at = Array::of<float>({2}, {2.5, -3.5});
  const Array found = evaluate(build_grad(sum(mul(whole, x)), {x})[x], {{x, at}});
  EXPECT_TRUE(testing::close_to(found, Array::of<float>({2}, {2, -3}), 0));
  EXPECT_THROW(build_grad(sum(whole), {x}), GradientError);
  EXPECT_THROW(build_grad(sum(real), {bytes}), GradientError);
  EXPECT_EQ(build_grad(sum(mul(real, x)), {x}).size(), 1U);
}

TEST(CastOp, RefusesNumbersThatAnIntegerCannotHold) {
  Graph g;
  const Tensor x = g.input("x", {3});
  const Tensor y = cast(x, DType::uint8);
  EXPECT_TRUE(get_operation(y)->may_throw());
  EXPECT_FALSE(get_operation(cast(y, DType::float32))->may_throw());
  EXPECT_EQ(message_of<NumericError>([&] {
              evaluate(y, {{x, Array::of<float>({3}, {0, 256, 1})}});
            }),
            "cast: expected a number that uint8 can hold, got 256, in cast of x  [" +
                to_string(y.node().location) + "]");
}

TEST(CastOp, IsItsInputWhenNothingIsToDo) {
  Graph g;
  const Tensor x = g.input("x", {3});
  const std::vector<Tensor> inputs = {x};
  EXPECT_EQ(get_operation(cast(x, DType::float32))->simplified(inputs), x);
  EXPECT_TRUE(get_operation(cast(x, DType::float64))->simplified(inputs).empty());
}

TEST(CastOp, IsWhatBytesNeedBeforeArithmetic) {
  Graph g;
  const Tensor bytes = g.input("bytes", {2, 2}, DType::uint8);
  expect_error<ShapeError>([&] { mul(bytes, bytes); }, "mul: expected float32 or float64, got uint8 (2,2)");
  expect_error<ShapeError>([&] { sum(bytes); }, "sum: expected float32 or float64, got uint8 (2,2)");
}

}  // namespace
}  // namespace gradtable
