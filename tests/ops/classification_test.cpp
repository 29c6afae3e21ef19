#include "gradtable/ops/classification.hpp"

#include <cmath>
#include <limits>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include "tests/ops/formulas.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using testing::expect_error;
using testing::kRealTypes;
using testing::message_of;

TEST(BinaryCrossEntropy, StaysFiniteForProbabilitiesOfZeroAndOne) {
  const Array p = Array::of<double>({4}, {0, 0, 1, 1}), t = Array::of<double>({4}, {0, 1, 0, 1});
  for (const DType dtype : kRealTypes) {
    Graph g;
    const Tensor x = g.constant(cast(p, dtype)), loss = binary_cross_entropy(x, g.constant(cast(t, dtype)));
    const double eps = dtype == DType::float32 ? double{std::numeric_limits<float>::epsilon()}
                                               : std::numeric_limits<double>::epsilon();
    EXPECT_NEAR(evaluate(loss).item(), -std::log(eps) / 2, 1e-5);
    const Array gradient = cast(evaluate(build_grad(loss, {x})[x]), DType::float64);
    EXPECT_TRUE(close_to(gradient, Array::of<double>({4}, {0.25, -0.25 / eps, 0.25 / eps, -0.25}), 1e-6));
  }
}

TEST(BinaryCrossEntropyWithLogits, TakesScoresOfAnySize) {
  const Array x = Array::of<double>({4}, {1e30, -1e30, 1e30, -1e30});
  const Array t = Array::of<double>({4}, {1, 0, 0, 1});
  const Array expected = Array::of<double>({4}, {0, 0, 0.25, -0.25});
  for (const DType dtype : kRealTypes) {
    Graph g;
    const Tensor scores = g.constant(cast(x, dtype));
    const Tensor loss = binary_cross_entropy_with_logits(scores, g.constant(cast(t, dtype)));
    EXPECT_NEAR(evaluate(loss).item() / 5e29, 1, 1e-6);
    EXPECT_TRUE(close_to(evaluate(build_grad(loss, {scores})[scores]), expected, 0));
  }
}

// Where 1 + e^-|x| is 1.
TEST(BinaryCrossEntropyWithLogits, KeepsSmallLosses) {
  Graph g;
  const Tensor x = g.constant(full({1}, 50, DType::float64)), t = g.constant(full({1}, 1, DType::float64));
  EXPECT_NEAR(evaluate(binary_cross_entropy_with_logits(x, t)).item() / std::exp(-50), 1, 1e-14);
}

// x - x t would have few digits for t near 1.
TEST(BinaryCrossEntropyWithLogits, KeepsItsDigitsForSoftTargets) {
  Graph g;
  const double t = double{0.999F}, right = 1000 * (1 - t);
  const Tensor loss = binary_cross_entropy_with_logits(g.constant(full({1}, 1000)), g.constant(full({1}, t)));
  EXPECT_NEAR(evaluate(loss).item() / right, 1, 2e-7);
}

TEST(BinaryCrossEntropyWithLogits, HasTheGradientOfTheSigmoidAtZero) {
  Graph g;
  const Tensor x = g.constant(full({1}, 0)), t = g.constant(full({1}, 1));
  const Tensor loss = binary_cross_entropy_with_logits(x, t);
  EXPECT_EQ(evaluate(loss).item(), std::log(2.0F));
  const Tensor first = build_grad(loss, {x})[x];
  EXPECT_EQ(evaluate(first).item(), -0.5);
  EXPECT_EQ(evaluate(build_grad(sum(first), {x})[x]).item(), 0.25);
}

TEST(BinaryCrossEntropyWithLogits, IsTheLossOfTheSigmoid) {
  Graph g;
  const Tensor x = g.constant(testing::numbers({20})), t = g.constant(testing::positive({20}, 0.2));
  const double one = evaluate(binary_cross_entropy_with_logits(x, t)).item();
  EXPECT_NEAR(one, evaluate(binary_cross_entropy(sigmoid(x), t)).item(), 1e-14);
}

TEST(Hinge, HasNoGradientAtAndBeyondTheMargin) {
  Graph g;
  const Tensor x = g.constant(Array::of<float>({4}, {1, -1, 2, 0.5})),
               t = g.constant(Array::of<float>({4}, {1, -1, 1, 1}));
  const Tensor loss = hinge(x, t);
  EXPECT_EQ(evaluate(loss).item(), 0.125);
  EXPECT_TRUE(close_to(evaluate(build_grad(loss, {x})[x]), Array::of<double>({4}, {0, 0, 0, -0.25}), 0));
}

TEST(MulticlassHinge, IsZeroWhereTheLabelLeadsByTheMargin) {
  Graph g;
  const Tensor x = g.constant(Array::of<float>({2, 3}, {3, 2, -1, 0, 0.5, 0}));
  const Tensor labels = g.constant(Array::of<std::int32_t>({2}, {0, 1}));
  const Tensor loss = multiclass_hinge(x, labels);
  EXPECT_EQ(evaluate(loss).item(), 0.5);
  const Array expected = Array::of<double>({2, 3}, {0, 0, 0, 0.5, -1, 0.5});
  EXPECT_TRUE(close_to(evaluate(build_grad(loss, {x})[x]), expected, 0));
}

// The outputs of a row: 1 - p[1] = 0.5, and 0.2 * 1 + 0.5 * 0 + 0.3 * 1 = 0.5; of the other: 1 - p[0] = 0, 0.
TEST(MisclassificationProbability, IsTheMeanOverTheBatch) {
  Graph g;
  const Tensor p = g.constant(Array::of<double>({2, 3}, {0.2, 0.5, 0.3, 1, 0, 0}));
  const Tensor labels = g.constant(Array::of<std::int32_t>({2}, {1, 0}));
  EXPECT_NEAR(evaluate(misclassification_probability(p, labels)).item(), 0.25, 1e-15);
  EXPECT_NEAR(evaluate(expected_squared_distance(p, labels)).item(), 0.25, 1e-15);
}

TEST(ExpectedSquaredDistance, PunishesWhatIsFartherOff) {
  Graph g;
  const Tensor p = g.constant(Array::of<double>({1, 4}, {0.1, 0.2, 0.3, 0.4}));
  const Tensor loss = expected_squared_distance(p, g.constant(Array::of<std::int32_t>({1}, {3})));
  EXPECT_TRUE(close_to(evaluate(build_grad(loss, {p})[p]), Array::of<double>({1, 4}, {9, 4, 1, 0}), 0));
}

TEST(LossesOfDecisions, RefuseLabelsOutOfRangeAtRunTime) {
  Graph g;
  const Tensor p = g.constant(full({2, 3}, 0.5)), labels = g.input("labels", {2}, DType::int32);
  for (const std::int32_t wrong : {-1, 3}) {
    const Array fed = Array::of<std::int32_t>({2}, {0, wrong});
    for (const auto loss : {multiclass_hinge, misclassification_probability, expected_squared_distance}) {
      const Tensor made = loss(p, labels, Location::current());
      EXPECT_TRUE(testing::contains(message_of<DataError>([&] {
                                      evaluate(made, {{labels, fed}});
                                    }),
                                    "expected labels from 0 to 2, got "));
    }
  }
}

TEST(LossesOfDecisions, RefuseShapesThatDoNotFit) {
  Graph g;
  const Tensor x = g.input("x", {3, 1}), t = g.input("t", {3}), labels = g.input("labels", {2}, DType::int32);
  expect_error<ShapeError>([&] { hinge(x, t); }, "hinge: expected one shape, got (3,1) and (3)");
  expect_error<ShapeError>(
      [&] { multiclass_hinge(x, x); },
      "multiclass_hinge: expected int32 labels, got float32 (3,1); cast(labels, DType::int32) "
      "makes them");
  expect_error<ShapeError>([&] { misclassification_probability(x, labels); },
                           "misclassification_probability: expected scores (m,k) with k > 0 and labels, "
                           "int32 (m) or rows (m,k), got float32 (3,1) and int32 (2)");
}

}  // namespace
}  // namespace gradtable
