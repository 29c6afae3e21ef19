#include "gradtable/graph/derivatives.hpp"

#include <cmath>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/softmax.hpp"
#include "gradtable/ops/stop_gradient.hpp"

namespace gradtable {
namespace {

using namespace testing;

const Array kVector = Array::of<double>({3}, {0.9, -0.2, 0.5});
const Array kOtherVector = Array::of<double>({3}, {-0.4, 0.8, 1.5});

Array vector(std::initializer_list<double> values) {
  return Array::of<double>({static_cast<std::int64_t>(values.size())}, values);
}

TEST(Gradients, SumOverOutputsOfAnyShape) {
  Graph g;
  const Tensor x = g.parameter("x", kVector);
  const std::vector<Array> dx = values_of(gradients({square(x), sum(exp(x))}, {x}));
  for (std::size_t i = 0; i < 3; ++i) {
    const double v = kVector.as<double>()[i];
    EXPECT_NEAR(dx[0].as<double>()[i], 2 * v + std::exp(v), 1e-14);
  }
}

TEST(Gradients, TakeResultsAsTargetsAlsoOfEachOther) {
  Graph g;
  const Tensor x = number(g, "x", 0.5);
  const Tensor h = square(x), y = h * x;
  const std::vector<Array> found = values_of(gradients({y}, {h, x, y}));
  EXPECT_DOUBLE_EQ(found[0].item(), 0.5);
  EXPECT_DOUBLE_EQ(found[1].item(), 3 * 0.25);
  EXPECT_EQ(found[2].item(), 1);
}

TEST(Gradients, CountAnOutputThatAnotherOneIsMadeOf) {
  Graph g;
  const Tensor x = number(g, "x", 0.5);
  const Tensor h = square(x), y = square(h);  // 2 x + 4 x^3, and 1 + 2 h
  const std::vector<Array> found = values_of(gradients({h, y}, {x, h}));
  EXPECT_DOUBLE_EQ(found[0].item(), 1.0 + 4 * 0.125);
  EXPECT_DOUBLE_EQ(found[1].item(), 1 + 2 * 0.25);
}

TEST(Gradients, ExistToAnyOrder) {
  Graph g;
  const Tensor x = number(g, "x", 0.3);
  Tensor of_exp = exp(x), of_tanh = tanh(x), of_power = x * x * x * x;
  for (int order = 1; order <= 3; ++order) {
    of_exp = gradients({of_exp}, {x})[0];
    of_tanh = gradients({of_tanh}, {x})[0];
    of_power = gradients({of_power}, {x})[0];
  }
  const double t = std::tanh(0.3), s = 1 - t * t;
  const std::vector<Array> found = values_of({of_exp, of_tanh, of_power});
  EXPECT_NEAR(found[0].item(), std::exp(0.3), 1e-14);
  EXPECT_NEAR(found[1].item(), s * (6 * t * t - 2), 1e-13);
  EXPECT_NEAR(found[2].item(), 24 * 0.3, 1e-14);
}

TEST(Gradients, GiveZerosOnlyWhenAskedTo) {
  Graph g;
  const Tensor x = g.parameter("x", kVector), other = g.parameter("other", kMatrix);
  const std::string message = message_of<GradientError>([&] { gradients({square(x), exp(x)}, {x, other}); });
  EXPECT_TRUE(contains(message, "depend on the target other, got no path")) << message;
  const std::vector<Array> found = values_of(gradients({square(x)}, {other}, Unreached::zeros));
  EXPECT_EQ(numbers_of(found[0]), std::vector<double>(6));
}

TEST(Vjp, WeighsTheRowsOfTheJacobian) {
  Graph g;
  const Tensor a = g.parameter("A", kMatrix), x = g.parameter("x", Array::of<double>({3, 1}, {1, 2, 3}));
  const Tensor u = g.constant(Array::of<double>({2, 1}, {2, -1}));
  const std::vector<Array> found = values_of(vjp({matmul(a, x)}, {x, a}, {u}));
  // A^T u and u x^T
  EXPECT_TRUE(near(found[0], Array::of<double>({3, 1}, {0.6 - 1.1, -2.4 - 0.4, 1.4 + 0.6})));
  EXPECT_TRUE(near(found[1], Array::of<double>({2, 3}, {2, 4, 6, -1, -2, -3})));
}

TEST(Vjp, AddsOutputsGivenTwice) {
  Graph g;
  const Tensor x = number(g, "x", 3);
  const Tensor y = square(x), two = g.constant(2, DType::float64), five = g.constant(5, DType::float64);
  EXPECT_EQ(values_of(vjp({y, y}, {x}, {two, five}))[0].item(), 7 * 6);
}

TEST(Vjp, RefusesCotangentsThatDoNotFit) {
  Graph g;
  const Tensor x = g.parameter("x", kVector);
  const Tensor y = square(x).named("y");
  EXPECT_EQ(message_of<ShapeError>([&] { vjp({y}, {x}, {}); }),
            "vjp: expected as many cotangents as tensors, 1, got 0");
  EXPECT_EQ(message_of<ShapeError>([&] { vjp({y}, {x}, {sum(x)}); }),
            "vjp: expected cotangents of the type of y, float64 (3), got float64 ()");
  EXPECT_EQ(message_of<GradientError>([&] { vjp({y}, {x}, {Tensor()}); }),
            "vjp: expected tensors as cotangents, got an empty one");
}

TEST(Jvp, WeighsTheColumnsOfTheJacobian) {
  Graph g;
  const Tensor a = g.parameter("A", kMatrix), x = g.parameter("x", Array::of<double>({3, 1}, {1, 2, 3}));
  const Tensor v = g.constant(Array::of<double>({3, 1}, {1, 0, -2}));
  // A v + (dA) x with dA = A
  const std::vector<Array> found = values_of(jvp({matmul(a, x)}, {x, a}, {v, a}));
  EXPECT_TRUE(
      near(found[0], Array::of<double>({2, 1}, {0.3 - 1.4 + 0.3 - 2.4 + 2.1, 1.1 + 1.2 + 1.1 + 0.8 - 1.8})));
}

TEST(Jvp, GivesOneProductForEachOutput) {
  Graph g;
  const Tensor x = g.parameter("x", kVector), v = g.constant(kOtherVector);
  const std::vector<Array> found = values_of(jvp({exp(x), sum(square(x)), scale(x, 3)}, {x}, {v}));
  double dot = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double at = kVector.as<double>()[i], along = kOtherVector.as<double>()[i];
    EXPECT_NEAR(found[0].as<double>()[i], std::exp(at) * along, 1e-14);
    EXPECT_NEAR(found[2].as<double>()[i], 3 * along, 1e-15);
    dot += 2 * at * along;
  }
  EXPECT_NEAR(found[1].item(), dot, 1e-15);
}

TEST(Jvp, IsTheTransposeOfVjp) {
  Graph g;
  const Tensor w = g.parameter("W", kMatrix),
               x = g.parameter("x", Array::of<double>({3, 2}, {1, 2, 3, -1, 0, 2}));
  const Tensor y = log_softmax(tanh(matmul(w, x)));
  const Tensor v = g.constant(Array::of<double>({2, 3}, {1, -2, 0.5, 0.7, 3, -1}));
  const Tensor u = g.constant(Array::of<double>({2, 2}, {0.4, 1.5, -0.9, 2}));
  const Tensor left = sum(jvp({y}, {w}, {v})[0] * u), right = sum(vjp({y}, {w}, {u})[0] * v);
  const std::vector<Array> found = values_of({left, right});
  EXPECT_NEAR(found[0].item(), found[1].item(), 1e-14);
}

TEST(Jvp, CanBeDifferentiatedAgain) {
  Graph g;
  const Tensor x = number(g, "x", 0.4), one = g.constant(1, DType::float64);
  const Tensor y = x * exp(x);
  const Tensor first = jvp({y}, {x}, {one})[0], second = jvp({first}, {x}, {one})[0];
  const Tensor third = gradients({second}, {x})[0];
  const std::vector<Array> found = values_of({first, second, third});
  EXPECT_NEAR(found[0].item(), 1.4 * std::exp(0.4), 1e-14);
  EXPECT_NEAR(found[1].item(), 2.4 * std::exp(0.4), 1e-14);
  EXPECT_NEAR(found[2].item(), 3.4 * std::exp(0.4), 1e-14);
}

TEST(Jvp, NamesAnOutputWithoutAPath) {
  Graph g;
  const Tensor x = g.parameter("x", kVector), v = g.constant(kOtherVector);
  const Tensor alone = exp(g.parameter("b", kVector)).named("alone");
  const std::string message = message_of<GradientError>([&] { jvp({square(x), alone}, {x}, {v}); });
  EXPECT_TRUE(contains(message, "jvp: expected alone to depend on a target")) << message;
  EXPECT_TRUE(contains(message, "derivatives_test.cpp")) << message;
  const std::vector<Array> found = values_of(jvp({square(x), alone}, {x}, {v}, Unreached::zeros));
  EXPECT_EQ(numbers_of(found[1]), std::vector<double>(3));
}

TEST(Jvp, NamesATargetWithoutAPath) {
  Graph g;
  const Tensor x = g.parameter("x", kVector), b = g.parameter("b", kVector);
  const std::string message = message_of<GradientError>([&] { jvp({square(x)}, {x, b}, {x, b}); });
  EXPECT_TRUE(contains(message, "to depend on the target b")) << message;
}

TEST(Jvp, TakesNoPathThroughConstantsByIntent) {
  Graph g;
  const Tensor x = g.parameter("x", kVector), b = g.parameter("b", kVector), v = g.constant(kOtherVector);
  const Tensor stopped = scale(stop_gradient(x), 2).named("stopped");
  const Tensor chosen = where(greater(x, 0.0), b, 3 * b).named("chosen");
  EXPECT_TRUE(contains(message_of<GradientError>([&] { jvp({stopped}, {x}, {v}); }),
                       "jvp: expected stopped to depend on the target x, got no path"));
  EXPECT_TRUE(contains(message_of<GradientError>([&] {
                         jvp({chosen}, {b, x}, {v, v});
                       }),
                       "jvp: expected chosen to depend on the target x, got no path"));
  EXPECT_TRUE(contains(message_of<GradientError>([&] {
                         jvp({square(x), stopped}, {x}, {v});
                       }),
                       "jvp: expected stopped to depend on a target, got no path"));
  EXPECT_EQ(numbers_of(values_of(jvp({stopped}, {x}, {v}, Unreached::zeros))[0]), std::vector<double>(3));
  EXPECT_TRUE(near(values_of(jvp({x * stopped}, {x}, {v}))[0], evaluate(v * stopped)));
}

TEST(Jvp, IsZeroWhereTheDerivativeIsZeroEverywhere) {
  Graph g;
  const Tensor x = g.parameter("x", kVector), v = g.constant(kOtherVector);
  EXPECT_EQ(numbers_of(values_of(jvp({heaviside(x)}, {x}, {v}))[0]), std::vector<double>(3));
}

TEST(Derivatives, RefuseIntegersAndOtherGraphs) {
  Graph g, h;
  const Tensor x = g.parameter("x", kVector), other = h.parameter("x", kVector);
  const Tensor index = argmax(x).named("index");
  EXPECT_TRUE(contains(message_of<GradientError>([&] { gradients({index}, {x}); }),
                       "gradients: expected real ys, got index of int32 ()"));
  EXPECT_TRUE(contains(message_of<GradientError>([&] { jvp({x}, {other}, {x}); }), "of another graph"));
  EXPECT_TRUE(contains(message_of<GradientError>([&] { vjp({Tensor()}, {x}, {x}); }), "an empty one"));
  EXPECT_TRUE(contains(message_of<GradientError>([&] { gradients({x}, {}); }), "got none"));
}

TEST(Derivatives, RefuseVectorsOfAnotherGraph) {
  Graph g, h;
  const Tensor x = g.parameter("x", kVector), other = h.parameter("other", kVector);
  const Tensor y = square(x).named("y");
  EXPECT_EQ(message_of<GradientError>([&] { vjp({y}, {x}, {other}); }),
            "vjp: expected cotangents in the graph of y, got other of another graph");
  EXPECT_EQ(message_of<GradientError>([&] { jvp({y}, {x}, {other}); }),
            "jvp: expected tangents in the graph of x, got other of another graph");
  EXPECT_EQ(message_of<GradientError>([&] { hvp(sum(y), {x}, {other}); }),
            "hvp: expected vectors in the graph of x, got other of another graph");
}

TEST(Jvp, LeavesAnInputForEachOutputThatNobodyFeeds) {
  Graph g;
  const Tensor x = g.parameter("x", kVector), v = g.constant(kOtherVector);
  const Tensor y = square(x).named("y");
  const Tensor first = jvp({y}, {x}, {v})[0], second = jvp({y}, {x}, {v})[0];
  EXPECT_EQ(g.find("cotangent of y").node().kind, NodeKind::input);
  EXPECT_EQ(g.find("cotangent of y 2").node().kind, NodeKind::input);
  EXPECT_TRUE(near(evaluate(first), evaluate(second)));
}

TEST(Derivatives, CrossBetweenTheElementTypes) {
  Graph g;
  const Tensor x = g.parameter("x", cast(kVector, DType::float32));
  const Tensor y = square(cast(x, DType::float64));
  const Tensor dx = gradients({y}, {x})[0], dy = jvp({y}, {x}, {x})[0];
  EXPECT_EQ(dx.dtype(), DType::float32);
  EXPECT_EQ(dy.dtype(), DType::float64);
  const Array along = evaluate(dy);
  EXPECT_NEAR(along.as<double>()[0], 2 * 0.81, 1e-6);
}

TEST(Derivatives, OfNoElementsHaveNone) {
  Graph g;
  const Tensor x = g.parameter("x", zeros({0, 3}, DType::float64));
  EXPECT_EQ(values_of(gradients({exp(x)}, {x}))[0].shape(), (Shape{0, 3}));
  EXPECT_EQ(values_of(jvp({sum(exp(x))}, {x}, {x}))[0].item(), 0);
}

// z = x^T A x / 2 with a symmetric A has H = A.
TEST(Hvp, GivesTheMatrixOfAQuadraticForm) {
  Graph g;
  const Tensor a = g.constant(Array::of<double>({2, 2}, {2, 1, 1, 3}));
  const Tensor x = g.parameter("x", Array::of<double>({2, 1}, {0.3, -0.8}));
  const Tensor v = g.constant(Array::of<double>({2, 1}, {1, -2}));
  const Tensor z = scale(sum(x * matmul(a, x)), 0.5);
  EXPECT_TRUE(near(values_of(hvp(z, {x}, {v}))[0], Array::of<double>({2, 1}, {0, -5})));
}

TEST(Hvp, CouplesTheTargets) {
  Graph g;
  const Tensor a = number(g, "a", 2), b = number(g, "b", 5);
  const Tensor z = square(a) * b;  // H = [[2 b, 2 a], [2 a, 0]]
  const Tensor one = g.constant(1, DType::float64), ten = g.constant(10, DType::float64);
  const std::vector<Array> found = values_of(hvp(z, {a, b}, {one, ten}));
  EXPECT_EQ(found[0].item(), 10 + 40);
  EXPECT_EQ(found[1].item(), 4);
}

TEST(Hvp, TakesVectorsAsConstants) {
  Graph g;
  const Tensor x = g.parameter("x", vector({1, 2}));
  const Tensor v = square(x);  // made of x, and not differentiated
  EXPECT_TRUE(near(values_of(hvp(sum(x * x * x), {x}, {v}))[0], vector({6, 48})));
}

TEST(Hvp, IsZeroOfLinearFunctions) {
  Graph g;
  const Tensor x = g.parameter("x", kVector);
  EXPECT_EQ(numbers_of(values_of(hvp(sum(x), {x}, {x}))[0]), std::vector<double>(3));
  const Tensor other = g.parameter("other", kVector);
  EXPECT_THROW(hvp(sum(x), {other}, {other}), GradientError);
  EXPECT_THROW(hvp(x, {x}, {x}), GradientError);
}

TEST(Hvp, RefusesByItsOwnName) {
  Graph g;
  const Tensor x = g.parameter("x", kVector), other = g.parameter("other", kVector);
  const Tensor z = sum(square(x)).named("z");
  const auto message = [](const Tensor& of, const std::vector<Tensor>& xs, const std::vector<Tensor>& vs) {
    return message_of<GradientError>([&] { hvp(of, xs, vs); });
  };
  EXPECT_EQ(message({}, {x}, {x}), "hvp: expected a real scalar z, got an empty tensor");
  EXPECT_TRUE(contains(message(x, {x}, {x}), "hvp: expected a real scalar z, got x of float64 (3)"));
  EXPECT_EQ(message(z, {}, {}), "hvp: expected at least one tensor as xs, got none");
  EXPECT_EQ(message(z, {Tensor()}, {x}), "hvp: expected tensors as xs, got an empty one");
  EXPECT_TRUE(contains(message(z, {x, other}, {x, x}),
                       "hvp: expected z to depend on the target other, got no path between them"));
  EXPECT_EQ(message(z, {x}, {Tensor()}), "hvp: expected tensors as vectors, got an empty one");
  EXPECT_EQ(message_of<ShapeError>([&] { hvp(z, {x}, {}); }),
            "hvp: expected as many vectors as tensors, 1, got 0");
}

}  // namespace
}  // namespace gradtable
