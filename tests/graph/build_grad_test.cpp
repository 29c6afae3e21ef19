#include "gradtable/graph/build_grad.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/product.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

Tensor number(Graph& graph, const std::string& name, double value) {
  return graph.parameter(name, full({}, value, DType::float64));
}

double derivative(const Tensor& z, const Tensor& x) {
  return evaluate(build_grad(z, {x})[x]).item();
}

std::vector<double> numbers(const Array& array) {
  const auto values = array.as<double>();
  return {values.begin(), values.end()};
}

// y = x_0, whatever the other inputs are; its derivative is what the test says.
class Pass final : public Op {
 public:
  using Bprop =
      std::function<Tensor(std::span<const Tensor> inputs, const Tensor& gradient, std::size_t wrt)>;
  explicit Pass(Bprop bprop) : bprop_(std::move(bprop)) {}
  std::string_view name() const override { return "pass"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    std::ranges::copy(inputs[0].as<double>(), output.as<double>().begin());
  }
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t wrt) const override {
    return bprop_(inputs, gradient, wrt);
  }

 private:
  Bprop bprop_;
};

Tensor pass(std::initializer_list<Tensor> inputs, Pass::Bprop bprop, Location at = Location::current()) {
  return apply(std::make_shared<const Pass>(std::move(bprop)), inputs, at);
}

// y = x, by somebody who gave it no derivative.
class Rough final : public Op {
 public:
  std::string_view name() const override { return "rough"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    std::ranges::copy(inputs[0].as<double>(), output.as<double>().begin());
  }
};

Tensor rough(const Tensor& x, Location at = Location::current()) {
  return apply<Rough>({x}, at);
}

std::string here(int line) {
  return fmt::format("build_grad_test.cpp:{}]", line);
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

TEST(GradTable, RefusesWhatIsNotATarget) {
  Graph graph;
  const Tensor x = number(graph, "x", 1), y = number(graph, "y", 1);
  const GradTable table = build_grad(x * y, {x});
  EXPECT_TRUE(contains(message_of<GradientError>([&] { table[y]; }), "got y"));
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

TEST(BuildGrad, RefusesZThatIsNoScalar) {
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({2, 3}, DType::float64));
  const int line = __LINE__ + 1;
  const Tensor z = square(x).named("residuals");
  const std::string message = message_of<GradientError>([&] { build_grad(z, {x}); });
  EXPECT_TRUE(contains(message, "residuals of float64 (2,3)"));
  EXPECT_TRUE(contains(message, "reduce it by sum or mean"));
  EXPECT_TRUE(contains(message, here(line)));
}

TEST(BuildGrad, RefusesZOfIntegers) {
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({3}));
  EXPECT_THROW(build_grad(argmax(x), {x}), GradientError);
}

TEST(BuildGrad, NamesATargetThatIsNotReached) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const int line = __LINE__ + 1;
  const Tensor lonely = graph.parameter("lonely", zeros({2}));
  const std::string message = message_of<GradientError>([&] {
    build_grad(square(x).named("z"), {x, lonely});
  });
  EXPECT_TRUE(contains(message, "expected z to depend on the target lonely"));
  EXPECT_TRUE(contains(message, here(line)));
}

TEST(BuildGrad, DoesNotReachATargetMadeFromZ) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const Tensor z = square(x);
  const Tensor later = exp(z);
  EXPECT_THROW(build_grad(z, {later}), GradientError);
}

TEST(BuildGrad, GivesZerosForUnreachedTargetsWhenAskedTo) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const Tensor lonely = graph.parameter("lonely", full({2, 3}, 7));
  const GradTable table = build_grad(square(x), {lonely, x}, Unreached::zeros);
  EXPECT_EQ(table[lonely].type(), (TensorType{DType::float32, {2, 3}}));
  const Array gradient = evaluate(table[lonely]);
  for (const float value : gradient.as<float>()) EXPECT_EQ(value, 0);
  EXPECT_EQ(evaluate(table[x]).item(), 4);
}

TEST(BuildGrad, RefusesTargetsOfIntegers) {
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({2, 3}));
  const Tensor labels = graph.input("labels", {2}, DType::int32);
  const Tensor z = sum(mul(x, one_hot(labels, 3)));
  EXPECT_TRUE(contains(message_of<GradientError>([&] {
                         build_grad(z, {x, labels});
                       }),
                       "labels of int32 (2)"));
}

TEST(BuildGrad, NamesTheOpThatHasNoDerivative) {
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({2, 3}));
  const int line = __LINE__ + 1;
  const Tensor hot = one_hot(argmax(x), 3);
  const std::string message = message_of<GradientError>([&] { build_grad(sum(hot), {x}); });
  EXPECT_TRUE(contains(message, "a derivative of one_hot"));
  EXPECT_TRUE(contains(message, here(line)));
}

TEST(BuildGrad, NamesAUsersOpWithoutBprop) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const int line = __LINE__ + 1;
  const Tensor y = rough(x);
  const std::string message = message_of<GradientError>([&] { build_grad(square(y), {x}); });
  EXPECT_TRUE(contains(message, "a derivative of rough with respect to its input x"));
  EXPECT_TRUE(contains(message, here(line)));
}

TEST(BuildGrad, RefusesAGradientThatDoesNotFit) {
  Graph other;
  const Tensor stranger = other.parameter("stranger", zeros({2, 3}, DType::float64));
  const std::vector<std::pair<Pass::Bprop, std::string>> cases = {
      {[](auto, const Tensor& g, auto) { return sum(g); }, "got float64 ()"},
      {[](auto, const Tensor& g, auto) {
         return g.graph().constant(zeros({2, 3}));
       },
       "got float32 (2,3)"},
      {[](auto, const Tensor& g, auto) {
         return g.graph().constant(zeros({3, 2}, DType::float64));
       },
       "got float64 (3,2)"},
      {[](auto, const Tensor&, auto) { return Tensor(); }, "got nothing"},
      {[=](auto, const Tensor&, auto) { return stranger; }, "got a tensor of another graph"},
  };
  for (const auto& [bprop, found] : cases) {
    Graph graph;
    const Tensor x = graph.parameter("x", zeros({2, 3}, DType::float64));
    const int line = __LINE__ + 1;
    const Tensor y = pass({x}, bprop);
    const std::string message = message_of<GradientError>([&] { build_grad(sum(y), {x}); });
    EXPECT_TRUE(contains(message, "expected bprop of pass to give float64 (2,3) for its input x"));
    EXPECT_TRUE(contains(message, found));
    EXPECT_TRUE(contains(message, here(line)));
  }
}

TEST(BuildGrad, RefusesTargetsOfAnotherGraphAndEmptyTensors) {
  Graph graph, other;
  const Tensor x = number(graph, "x", 2);
  const Tensor stranger = number(other, "stranger", 2);
  EXPECT_TRUE(
      contains(message_of<GradientError>([&] { build_grad(square(x), {stranger}); }), "got stranger"));
  EXPECT_THROW(build_grad(square(x), {Tensor()}), GradientError);
  EXPECT_THROW(build_grad(Tensor(), {x}), GradientError);
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

TEST(BuildGrad, LeavesThePhaseAsItWasWhenABpropThrows) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  EXPECT_THROW(build_grad(exp(rough(x)), {x}), GradientError);
  EXPECT_EQ(tanh(x).node().phase, Phase::forward);
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
    return numbers(evaluate(gradient));
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
  EXPECT_EQ(numbers(evaluate(table[column])), (std::vector<double>{299, 299}));
  EXPECT_EQ(numbers(evaluate(table[row])), (std::vector<double>{65, 65, 65}));
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
    const auto found = numbers(evaluate(table[target]));
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
