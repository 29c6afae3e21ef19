#include "gradtable/ops/elementwise.hpp"

#include <cmath>
#include <limits>

#include "tests/ops/errors.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::expect_error;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// f(x), or its derivative, of an array full of x, as long as to be computed by vector and by scalar
// instructions; expects all elements to be alike. NaN agrees with NaN.
template <class F>
void expect_value(const F& f, double x, double y) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    Graph g;
    const Array values = cast(evaluate(f(g.constant(full({19}, x, dtype)))), DType::float64);
    for (const double value : values.as<double>())
      EXPECT_TRUE(value == y || (std::isnan(value) && std::isnan(y))) << value << " against " << y;
  }
}

template <class F>
void expect_derivative(const F& f, double x, double derivative) {
  expect_value([&](const Tensor& at) { return build_grad(sum(f(at)), {at})[at]; }, x, derivative);
}

constexpr auto kReLU = [](const Tensor& x) { return relu(x); };
constexpr auto kSigmoid = [](const Tensor& x) { return sigmoid(x); };
constexpr auto kTanh = [](const Tensor& x) { return tanh(x); };

TEST(ReLU, HasTheDerivativeZeroAtZero) {
  for (const double zero : {0.0, -0.0}) {
    expect_value(kReLU, zero, 0);
    expect_derivative(kReLU, zero, 0);
  }
  expect_derivative(kReLU, std::numeric_limits<float>::denorm_min(), 1);
}

TEST(ReLU, KeepsNaNAndInfinity) {
  expect_value(kReLU, kNaN, kNaN);
  expect_value(kReLU, kInf, kInf);
  expect_value(kReLU, -kInf, 0);
}

TEST(Heaviside, IsZeroAtZeroAndForNaN) {
  const auto f = [](const Tensor& x) { return heaviside(x); };
  expect_value(f, 0, 0);
  expect_value(f, kNaN, 0);
  expect_value(f, kInf, 1);
}

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
  expect_value(f, 1000, kInf);
  expect_value(f, -1000, 0);
  expect_value(f, kNaN, kNaN);
}

TEST(Log, IsMinusInfinityAtZeroAndNaNBelow) {
  const auto f = [](const Tensor& x) { return log(x); };
  expect_value(f, 0, -kInf);
  expect_value(f, -1, kNaN);
  expect_derivative(f, 0, kInf);
}

TEST(Elementwise, RefusesIntegers) {
  Graph g;
  const Tensor labels = g.input("labels", {2}, DType::int32);
  const std::string sentence = "expected float32 or float64, got int32 (2)";
  expect_error<ShapeError>([&] { neg(labels); }, "neg: " + sentence);
  expect_error<ShapeError>([&] { scale(labels, 2); }, "scale: " + sentence);
  expect_error<ShapeError>([&] { square(labels); }, "square: " + sentence);
  expect_error<ShapeError>([&] { exp(labels); }, "exp: " + sentence);
  expect_error<ShapeError>([&] { log(labels); }, "log: " + sentence);
  expect_error<ShapeError>([&] { tanh(labels); }, "tanh: " + sentence);
  expect_error<ShapeError>([&] { sigmoid(labels); }, "sigmoid: " + sentence);
  expect_error<ShapeError>([&] { relu(labels); }, "relu: " + sentence);
  expect_error<ShapeError>([&] { heaviside(labels); }, "heaviside: " + sentence);
}

}  // namespace
}  // namespace gradtable
