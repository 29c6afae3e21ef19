#include "gradtable/graph/build_grad.hpp"

#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "tests/graph/user_ops.hpp"
#include "tests/graph/values.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::number;
using testing::numbers_of;
using testing::pass;
using testing::rough;

double derivative(const Tensor& z, const Tensor& x) {
  return evaluate(build_grad(z, {x})[x]).item();
}

TEST(BuildGrad, SumsContributionsOfAllConsumers) {
  Graph graph;
  const Tensor x = number(graph, "x", 0.5);
  EXPECT_DOUBLE_EQ(derivative(square(x) + exp(x) + scale(x, 3), x), 1 + std::exp(0.5) + 3);
}

TEST(BuildGrad, FollowsBothSidesOfADiamond) {
  Graph graph;
  const Tensor x = number(graph, "x", 0.7);
  const Tensor a = square(x);
  // z = e^a a^2 has dz/dx = e^a (a^2 + 2 a) 2 x.
  EXPECT_NEAR(derivative(exp(a) * square(a), x), std::exp(0.49) * (0.49 * 0.49 + 2 * 0.49) * 1.4, 1e-14);
}

TEST(BuildGrad, CountsAnInputForEachPlaceWhereItStands) {
  Graph graph;
  const Tensor x = number(graph, "x", 3);
  EXPECT_EQ(derivative(mul(x, x), x), 6);
  EXPECT_EQ(derivative(add(x, x), x), 2);
  EXPECT_EQ(derivative(sub(x, x), x), 0);
  EXPECT_EQ(derivative(div(x, x), x), 0);
  std::vector<std::size_t> asked;
  const auto bprop = [&](std::span<const Tensor>, const Tensor& gradient, std::size_t wrt) {
    asked.push_back(wrt);
    return scale(gradient, wrt == 0 ? 10 : 100);
  };
  EXPECT_EQ(derivative(pass({x, x}, bprop), x), 110);
  EXPECT_EQ(asked, (std::vector<std::size_t>{0, 1}));
}

TEST(BuildGrad, TakesIntermediateNodesAsTargets) {
  Graph graph;
  const Tensor x = number(graph, "x", 0.5);
  const Tensor h = square(x);
  const Tensor z = mul(h, exp(h));
  const GradTable table = build_grad(z, {h, x});
  const double dz_dh = std::exp(0.25) * 1.25;
  EXPECT_NEAR(evaluate(table[h]).item(), dz_dh, 1e-15);
  EXPECT_NEAR(evaluate(table[x]).item(), dz_dh * 1, 1e-15);
}

TEST(BuildGrad, GivesOneForZItself) {
  Graph graph;
  const Tensor x = number(graph, "x", 3);
  const Tensor z = square(x);
  const GradTable table = build_grad(z, {z, x});
  EXPECT_EQ(evaluate(table[z]).item(), 1);
  EXPECT_EQ(evaluate(table[x]).item(), 6);
  EXPECT_EQ(table[z].type(), z.type());
  EXPECT_EQ(evaluate(build_grad(x, {x})[x]).item(), 1);
}

TEST(BuildGrad, KeepsTheOrderOfTheTargets) {
  Graph graph;
  const Tensor a = number(graph, "a", 1), b = number(graph, "b", 2), c = number(graph, "c", 3);
  const GradTable table = build_grad(a * b * c, {b, c, a});
  std::vector<Tensor> order;
  std::vector<double> values;
  for (const auto& [target, gradient] : table) {
    order.push_back(target);
    values.push_back(evaluate(gradient).item());
  }
  EXPECT_EQ(order, (std::vector{b, c, a}));
  EXPECT_EQ(values, (std::vector<double>{3, 2, 6}));
  EXPECT_EQ(table.size(), 3U);
}

TEST(BuildGrad, MakesNoNodesForInputsThatAreNoTargets) {
  const auto added_for = [](bool both) {
    Graph graph;
    const Tensor a = number(graph, "a", 2), b = number(graph, "b", 3);
    const Tensor z = mul(exp(a), exp(b));
    const std::size_t before = graph.size();
    build_grad(z, both ? std::vector{a, b} : std::vector{a});
    return graph.size() - before;
  };
  // The one, its product with e^b, and that with e^a.
  EXPECT_EQ(added_for(false), 3U);
  EXPECT_EQ(added_for(true), 5U);
}

TEST(BuildGrad, AsksNoOpForInputsOffThePath) {
  Graph graph;
  const Tensor x = number(graph, "x", 2), y = number(graph, "y", 3);
  std::vector<std::size_t> asked;
  const Tensor z = pass({x, y}, [&](std::span<const Tensor>, const Tensor& gradient, std::size_t wrt) {
    asked.push_back(wrt);
    return gradient;
  });
  build_grad(z, {y});
  EXPECT_EQ(asked, std::vector<std::size_t>{1});
}

TEST(BuildGrad, DoesNotMindAnOpWithoutDerivativeOffThePath) {
  Graph graph;
  const Tensor x = number(graph, "x", 2), y = number(graph, "y", 3);
  rough(x);  // a consumer of x that does not lead to z
  EXPECT_EQ(derivative(mul(x, rough(y)), x), 3);
}

TEST(BuildGrad, TiesGradientNodesToTheirForwardNodeAndLine) {
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({3}, DType::float64));
  const Tensor y = exp(x);
  const unsigned exp_line = __LINE__ - 1;
  const Tensor z = sum(y);
  const unsigned sum_line = __LINE__ - 1;
  const auto before = static_cast<NodeId>(graph.size());
  const Tensor gradient = build_grad(z, {x})[x];
  EXPECT_EQ(gradient.node().forward_node, y.id());
  ASSERT_GT(graph.size(), static_cast<std::size_t>(before));
  for (auto id = before; id < static_cast<NodeId>(graph.size()); ++id) {
    const Node& node = graph.node(id);
    EXPECT_EQ(node.phase, Phase::gradient);
    ASSERT_TRUE(node.forward_node == y.id() || node.forward_node == z.id());
    EXPECT_EQ(node.location.line(), node.forward_node == y.id() ? exp_line : sum_line);
  }
  // What the user makes afterwards is forward again.
  EXPECT_EQ(tanh(x).node().phase, Phase::forward);
  EXPECT_EQ(tanh(x).node().forward_node, -1);
}

TEST(BuildGrad, DifferentiatesGradients) {
  Graph graph;
  const Tensor x = number(graph, "x", 1.5);
  const Tensor z = square(square(x));
  const Tensor first = build_grad(z, {x})[x];
  const Tensor second = build_grad(first, {x})[x];
  const Tensor third = build_grad(second, {x})[x];
  const Tensor fourth = build_grad(third, {x})[x];
  EXPECT_DOUBLE_EQ(evaluate(first).item(), 4 * 1.5 * 1.5 * 1.5);
  EXPECT_DOUBLE_EQ(evaluate(second).item(), 12 * 1.5 * 1.5);
  EXPECT_DOUBLE_EQ(evaluate(third).item(), 24 * 1.5);
  EXPECT_DOUBLE_EQ(evaluate(fourth).item(), 24);
}

// H v as the gradient of (gradient . v), against the change of the gradient along v.
TEST(BuildGrad, GivesHessianVectorProductsOfANetwork) {
  Graph graph;
  const Array w0 = Array::of<double>({3, 4}, {.3, -.2, .5, .1, -.4, .6, .2, -.7, .8, .1, -.3, .4});
  const Tensor x = graph.constant(Array::of<double>({2, 3}, {1, -.5, .3, .2, .9, -1.1}));
  const Tensor w = graph.parameter("W", w0);
  const Tensor u = graph.parameter("U", Array::of<double>({4, 1}, {.5, -.6, .7, .2}));
  const Array v = Array::of<double>({3, 4}, {.1, .2, -.3, .4, .5, -.6, .7, .8, -.9, 1, 1.1, -1.2});
  const Tensor z = mean(square(matmul(tanh(matmul(x, w)), u)));
  const Tensor gradient = build_grad(z, {w})[w];
  const Array product = evaluate(build_grad(sum(mul(gradient, graph.constant(v))), {w})[w]);

  const auto gradient_at = [&](double step) {
    Array moved = w0;
    for (std::size_t i = 0; i < 12; ++i) moved.as<double>()[i] += step * v.as<double>()[i];
    graph.set_value(w, moved);
    return numbers_of(evaluate(gradient));
  };
  const auto up = gradient_at(1e-5), down = gradient_at(-1e-5);
  for (std::size_t i = 0; i < 12; ++i)
    EXPECT_NEAR(product.as<double>()[i], (up[i] - down[i]) / 2e-5, 1e-9) << i;
  EXPECT_GT(std::abs(product.as<double>()[0]), 1e-3);
}

TEST(BuildGrad, WorksInFloat32) {
  Graph graph;
  const Tensor x = graph.parameter("x", full({}, 0.5));
  const GradTable table = build_grad(exp(square(x)), {x});
  EXPECT_EQ(table[x].dtype(), DType::float32);
  EXPECT_NEAR(evaluate(table[x]).item(), std::exp(0.25), 1e-6);
}

TEST(BuildGrad, TakesNodesThatWereAddedAfterARun) {
  Graph graph;
  const Tensor x = number(graph, "x", 3);
  const Tensor y = square(x);
  Program program = compile(graph, {.outputs = {y, build_grad(y, {x})[x]}});
  program.run();
  EXPECT_EQ(derivative(square(y), x), 4 * 27);
  program.run();
  EXPECT_EQ(program.value(y).item(), 9);
}

TEST(BuildGrad, SumsBroadcastAxesBack) {
  Graph graph;
  const Tensor column = graph.parameter("column", Array::of<double>({2, 1}, {2, 3}));
  const Tensor row = graph.parameter("row", Array::of<double>({3}, {5, 7, 11}));
  const Tensor factor = number(graph, "factor", 13);
  const GradTable table = build_grad(sum(factor * (column * row)), {column, row, factor});
  EXPECT_EQ(table[column].shape(), (Shape{2, 1}));
  EXPECT_EQ(table[row].shape(), (Shape{3}));
  EXPECT_EQ(table[factor].shape(), Shape{});
  EXPECT_EQ(numbers_of(evaluate(table[column])), (std::vector<double>{299, 299}));
  EXPECT_EQ(numbers_of(evaluate(table[row])), (std::vector<double>{65, 65, 65}));
  EXPECT_EQ(evaluate(table[factor]).item(), 115);
}

// Algorithm 6.4 of Goodfellow et al. by hand, for the XOR network: h = relu(W^T x + c), y = w^T h + b, with
// the mean squared error over the four points.
struct ByHand {
  std::array<double, 4> W{};
  std::array<double, 2> c{}, w{};
  double b = 0;
};

constexpr double kPoints[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
constexpr double kXor[4] = {0, 1, 1, 0};

ByHand back_propagation(const ByHand& p) {
  ByHand gradient;
  for (std::size_t n = 0; n < 4; ++n) {
    double a[2], h[2], y = p.b;
    for (std::size_t j = 0; j < 2; ++j) {
      a[j] = p.c[j] + kPoints[n][0] * p.W[j] + kPoints[n][1] * p.W[2 + j];
      h[j] = a[j] > 0 ? a[j] : 0;
      y += p.w[j] * h[j];
    }
    const double g = 2 * (y - kXor[n]) / 4;
    gradient.b += g;
    for (std::size_t j = 0; j < 2; ++j) {
      gradient.w[j] += g * h[j];
      const double below = a[j] > 0 ? g * p.w[j] : 0;
      gradient.c[j] += below;
      gradient.W[j] += below * kPoints[n][0];
      gradient.W[2 + j] += below * kPoints[n][1];
    }
  }
  return gradient;
}

TEST(BuildGrad, AgreesWithBackPropagationByHandOnTheXorNetwork) {
  const ByHand start{{0.7, -0.4, 0.9, 1.2}, {0.1, -0.3}, {0.8, -1.1}, 0.25};
  Graph graph;
  const auto parameter = [&](const char* name, const Shape& shape, std::span<const double> values) {
    return graph.parameter(name, Array::of<double>(shape, values));
  };
  const Tensor W = parameter("W", {2, 2}, start.W), c = parameter("c", {2}, start.c);
  const Tensor w = parameter("w", {2, 1}, start.w), b = parameter("b", {1}, {&start.b, 1});
  const Tensor x = graph.constant(Array::of<double>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}));
  const Tensor t = graph.constant(Array::of<double>({4, 1}, {0, 1, 1, 0}));
  const Tensor y = add_bias(matmul(relu(add_bias(matmul(x, W), c)), w), b);
  const GradTable table = build_grad(mean(square(sub(y, t))), {W, c, w, b});

  const ByHand expected = back_propagation(start);
  const auto compare = [&](const Tensor& target, std::span<const double> by_hand) {
    const auto found = numbers_of(evaluate(table[target]));
    ASSERT_EQ(found.size(), by_hand.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], by_hand[i], 1e-14) << target.label();
  };
  compare(W, expected.W);
  compare(c, expected.c);
  compare(w, expected.w);
  compare(b, {&expected.b, 1});
  EXPECT_NE(expected.W[0], 0);
}

TEST(BuildGrad, LeavesToTheUserWhatTheUserMakesToo) {
  Graph graph;
  const Tensor x = graph.parameter("x", full({2}, 0.5, DType::float64));
  const Tensor y = sum(square(x));
  build_grad(y, {x});
  const Tensor doubled = scale(x, 2);  // which the gradient of square has made
  const unsigned line = __LINE__ - 1;
  EXPECT_EQ(doubled.node().phase, Phase::forward);
  EXPECT_EQ(doubled.node().forward_node, -1);
  EXPECT_EQ(doubled.node().location.line(), line);
}

}  // namespace
}  // namespace gradtable
