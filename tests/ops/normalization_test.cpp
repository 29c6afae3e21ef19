#include "gradtable/ops/normalization.hpp"

#include <cmath>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include "tests/ops/formulas.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using testing::expect_error;
using testing::kRealTypes;
using testing::numbers;

bool is_finite(const Array& x) {
  const Array numbers = cast(x, DType::float64);
  return std::ranges::all_of(numbers.as<double>(), [](double v) { return std::isfinite(v); });
}

TEST(BatchNorm, GivesMeanZeroAndVarianceOneToEachChannel) {
  Graph g;
  const Tensor x = g.constant(numbers({16, 3, 5})), ones = g.constant(full({3}, 1, DType::float64));
  const Tensor zeros = sub(ones, ones);
  const Tensor y = batch_norm(x, ones, zeros, zeros, ones, {.epsilon = 0}).output;
  EXPECT_TRUE(close_to(evaluate(mean(y, {0, 2})), gradtable::zeros({3}, DType::float64), 1e-14));
  EXPECT_TRUE(close_to(evaluate(mean(square(y), {0, 2})), full({3}, 1, DType::float64), 1e-14));
}

TEST(BatchNorm, GivesTheBiasAndFiniteGradientsWhereTheVarianceIsZero) {
  for (const DType dtype : kRealTypes) {
    Graph g;
    const Tensor x = g.constant(full({4, 2}, 3, dtype)), scale = g.constant(full({2}, 2, dtype));
    const Tensor bias = g.constant(full({2}, 0.5, dtype));
    const Tensor y = batch_norm(x, scale, bias, bias, scale).output;
    EXPECT_TRUE(close_to(evaluate(y), full({4, 2}, 0.5, dtype), 0));
    const Tensor gradient = build_grad(sum(mul(y, g.constant(cast(numbers({4, 2}), dtype)))), {x})[x];
    EXPECT_TRUE(is_finite(evaluate(gradient)));
    const Tensor second = build_grad(sum(square(gradient)), {x})[x];
    EXPECT_TRUE(is_finite(evaluate(second)));
  }
}

TEST(BatchNorm, HasNoGradientAlongAShiftOfTheBatch) {
  Graph g;
  const Tensor x = g.constant(numbers({6, 3})), k = g.constant(testing::positive({3}));
  const Tensor y = batch_norm(x, k, k, k, k).output;
  const Tensor gradient = build_grad(sum(mul(y, g.constant(numbers({6, 3}, 0.4)))), {x})[x];
  EXPECT_TRUE(close_to(evaluate(sum(gradient, {0})), zeros({3}, DType::float64), 1e-13));
}

// As a program takes them: each run moves the running statistics towards those of its batch.
TEST(BatchNorm, UpdatesRunningStatistics) {
  Graph g;
  const Tensor x = g.input("x", {4, 1}), one = g.parameter("one", full({1}, 1));
  const Tensor m = g.parameter("mean", zeros({1})), v = g.parameter("variance", full({1}, 1));
  const BatchNormResult norm = batch_norm(x, one, one, m, v, {.momentum = 0.5});
  Program program =
      compile(g, {.outputs = {norm.output}, .updates = {{m, norm.running_mean}, {v, norm.running_variance}}});
  const Array batch = Array::of<float>({4, 1}, {1, 3, 5, 7});  // mean 4, variance 5
  program.run({{x, batch}});
  EXPECT_TRUE(close_to(g.value(m), full({1}, 2), 0));
  EXPECT_TRUE(close_to(g.value(v), full({1}, 3), 0));
  program.run({{x, batch}});
  EXPECT_TRUE(close_to(g.value(m), full({1}, 3), 0));
  EXPECT_TRUE(close_to(g.value(v), full({1}, 4), 0));
}

TEST(BatchNorm, IsItsInferenceWithTheStatisticsOfTheBatch) {
  Graph g;
  const Tensor x = g.constant(numbers({4, 3, 2})), k = g.constant(testing::positive({3}));
  const BatchNormResult norm = batch_norm(x, k, k, k, k);
  const Tensor inference = batch_norm_inference(x, k, k, norm.mean, norm.variance);
  EXPECT_TRUE(close_to(evaluate(inference), evaluate(norm.output), 1e-15));
}

TEST(BatchNorm, RefusesWhatDoesNotFitTheChannels) {
  Graph g;
  const Tensor x = g.input("x", {4, 3}), k = g.input("k", {3}), n = g.input("n", {4});
  expect_error<ShapeError>([&] { batch_norm(x, k, n, k, k); },
                           "batch_norm: expected float32 (3) for the channels of float32 (4,3), got "
                           "float32 (4)");
  expect_error<ShapeError>([&] { batch_norm(k, k, k, k, k); }, "batch_norm: expected x (n,k,...), got (3)");
  expect_error<ShapeError>([&] { batch_norm(x, k, k, k, k, {.momentum = 2}); },
                           "batch_norm: expected a momentum in [0,1], got 2");
  expect_error<ShapeError>([&] { batch_norm_inference(x, k, k, k, k, -1); },
                           "batch_norm_inference: expected epsilon >= 0, got -1");
}

// A mean that is 10000 times the deviation: squares of x would leave no digit of the variance in float32.
TEST(LayerNorm, KeepsItsDigitsWhereTheMeanIsLarge) {
  Graph g;
  const Array offsets = Array::of<double>({1, 4}, {-1, 1, -3, 3});
  const Array shifted = testing::mapped(offsets, [](double v) { return v + 10000; });
  const Tensor x = g.constant(cast(shifted, DType::float32)), ones = g.constant(full({4}, 1));
  const Tensor y = layer_norm(x, ones, sub(ones, ones), -1, 0).output;
  const Array expected = testing::mapped(offsets, [](double v) { return v / std::sqrt(5); });
  EXPECT_TRUE(close_to(evaluate(y), expected, 1e-6));
}

TEST(LayerNorm, GivesTheBiasAndFiniteGradientsWhereTheVarianceIsZero) {
  for (const DType dtype : kRealTypes) {
    Graph g;
    const Tensor x = g.constant(full({2, 4}, 3, dtype)), scale = g.constant(full({4}, 2, dtype));
    const Tensor y = layer_norm(x, scale, scale).output;
    EXPECT_TRUE(close_to(evaluate(y), full({2, 4}, 2, dtype), 0));
    EXPECT_TRUE(is_finite(evaluate(build_grad(sum(square(y)), {x})[x])));
  }
}

TEST(LayerNorm, RefusesScalesThatDoNotBroadcast) {
  Graph g;
  const Tensor x = g.input("x", {4, 3}), n = g.input("n", {4});
  expect_error<ShapeError>([&] { layer_norm(x, n, n); },
                           "layer_norm: expected scale and bias that broadcast to (4,3), got (4)");
  expect_error<ShapeError>([&] { layer_norm(x, x, x, 2); }, "layer_norm: expected axes from -2 to 1, got 2");
}

}  // namespace
}  // namespace gradtable
