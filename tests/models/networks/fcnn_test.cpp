#include "gradtable/models/networks/fcnn.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/networks/initializers.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

std::vector<std::string> op_names(const Graph& graph) {
  std::vector<std::string> names;
  for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id)
    if (const Op* op = graph.node(id).op.get()) names.emplace_back(op->name());
  return names;
}

double largest(const Array& array) {
  double most = 0;
  const Array values = cast(array, DType::float64);
  for (const double value : values.as<double>()) most = std::max(most, std::abs(value));
  return most;
}

TEST(Fcnn, IsOneGraphOfProductsBiasesAndActivations) {
  Graph graph;
  const Sequential network(graph, {784}, fcnn({128, 64, 10}));
  const Tensor scores = network(graph.input("x", {32, 784}));
  EXPECT_EQ(op_names(graph), (std::vector<std::string>{"matmul", "add_bias", "relu", "matmul", "add_bias",
                                                       "relu", "matmul", "add_bias"}));
  EXPECT_EQ(scores.shape(), (Shape{32, 10}));
}

TEST(Fcnn, CountsItsParameters) {
  Graph graph;
  const Sequential network(graph, {784}, fcnn({128, 10}));
  EXPECT_EQ(network.parameter_count(), 101770);
  EXPECT_EQ(Sequential(graph, {784}, fcnn({10, 10}), {.prefix = "small "}).parameter_count(), 7960);
  std::vector<std::string> labels;
  std::vector<Shape> shapes;
  for (const Tensor& parameter : network.parameters()) {
    labels.push_back(parameter.label());
    shapes.push_back(parameter.shape());
  }
  EXPECT_EQ(labels, (std::vector<std::string>{"W1", "b1", "W2", "b2"}));
  EXPECT_EQ(shapes, (std::vector<Shape>{{784, 128}, {128}, {128, 10}, {10}}));
}

TEST(Fcnn, ComputesItsLayers) {
  Graph graph;
  const Sequential network(graph, {2}, fcnn({2, 1}), {.dtype = DType::float64});
  const auto set = [&](std::size_t i, const Array& value) {
    graph.set_value(network.parameters()[i], value);
  };
  // The book's solution of XOR: section 6.1.
  set(0, Array::of<double>({2, 2}, {1, 1, 1, 1}));
  set(1, Array::of<double>({2}, {0, -1}));
  set(2, Array::of<double>({2, 1}, {1, -2}));
  set(3, Array::of<double>({1}, {0.5}));
  const Tensor x = graph.constant(Array::of<double>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}));
  const Array y = evaluate(network(x));
  EXPECT_EQ(std::vector<double>(y.as<double>().begin(), y.as<double>().end()),
            (std::vector<double>{0.5, 1.5, 1.5, 0.5}));
}

TEST(Fcnn, HasNoActivationWithoutHiddenLayers) {
  Graph graph;
  const Sequential network(graph, {3}, fcnn({2}));
  network(graph.input("x", {1, 3}));
  EXPECT_EQ(op_names(graph), (std::vector<std::string>{"matmul", "add_bias"}));
}

TEST(Fcnn, TakesTheActivationItIsTold) {
  for (const std::string name : {"tanh", "sigmoid"}) {
    Graph graph;
    const Sequential network(graph, {3}, fcnn({4, 2}, {.activation = name}));
    network(graph.input("x", {1, 3}));
    EXPECT_EQ(op_names(graph)[2], name);
  }
  Graph graph;
  const Sequential linear(graph, {3}, fcnn({4, 2}, {.activation = "linear"}));
  linear(graph.input("x", {1, 3}));
  EXPECT_EQ(op_names(graph).size(), 4U);
}

TEST(Fcnn, TakesAnActivationForEachHiddenLayer) {
  Graph graph;
  const Sequential network(graph, {3}, fcnn({4, 4, 4, 2}, {.activation = {"tanh", "softplus", "linear"}}));
  network(graph.input("x", {1, 3}));
  EXPECT_EQ(op_names(graph),
            (std::vector<std::string>{"matmul", "add_bias", "tanh", "matmul", "add_bias", "softplus",
                                      "matmul", "add_bias", "matmul", "add_bias"}));
}

TEST(Fcnn, RefusesAnotherNumberOfActivationsThanOfHiddenLayers) {
  Graph graph;
  EXPECT_EQ(message_of<ConfigError>([&] {
              Sequential(graph, {3}, fcnn({4, 4, 4, 2}, {.activation = {"tanh", "relu"}}));
            }),
            "fcnn: expected one activation, or one for each of 3 hidden layers, got (tanh,relu)");
  EXPECT_THROW(Sequential(graph, {3}, fcnn({4, 2}, {.activation = std::vector<std::string>{}})), ConfigError);
  EXPECT_EQ(graph.size(), 0U);
}

TEST(Fcnn, EndsInTheOutputActivationItIsTold) {
  for (const std::string name : {"softmax", "sigmoid", "softplus"}) {
    Graph graph;
    const Sequential network(graph, {3}, fcnn({4, 2}, {.output = name}));
    network(graph.input("x", {1, 3}));
    EXPECT_EQ(op_names(graph).back(), name);
  }
  Graph graph;
  EXPECT_TRUE(
      contains(message_of<ConfigError>([&] { Sequential(graph, {3}, fcnn({2}, {.output = "relu"})); }),
               "output activation: expected one of linear, softmax, "));
}

TEST(Fcnn, LeavesBiasesOutWhenAskedTo) {
  Graph graph;
  const Sequential network(graph, {3}, fcnn({4, 2}, {.bias = Bias::none}));
  network(graph.input("x", {1, 3}));
  EXPECT_EQ(op_names(graph), (std::vector<std::string>{"matmul", "relu", "matmul"}));
  EXPECT_EQ(network.parameters().size(), 2U);
  EXPECT_EQ(network.parameter_count(), 3 * 4 + 4 * 2);
}

TEST(Fcnn, HasTheSameGradientsWithBiasesAsTheLastRowOfTheWeights) {
  Graph graph;
  const auto network = [&](Bias bias, const std::string& prefix) {
    return Sequential(graph, {5}, fcnn({4, 3, 2}, {.activation = {"tanh", "sigmoid"}, .bias = bias}),
                      {.dtype = DType::float64, .prefix = prefix});
  };
  const Sequential nodes = network(Bias::node, ""), rows = network(Bias::row, "row ");
  EXPECT_EQ(rows.parameter_count(), nodes.parameter_count());
  EXPECT_EQ(rows.parameters()[0].shape(), (Shape{6, 4}));

  Random random(3);
  const Tensor x = graph.constant(kaiming_normal({7, 5}, random, DType::float64));
  const Tensor t = graph.constant(Array::of<std::int32_t>({7}, {0, 1, 1, 0, 1, 0, 0}));
  const GradTable of_nodes = build_grad(softmax_cross_entropy(nodes(x), t), nodes.parameters());
  const GradTable of_rows = build_grad(softmax_cross_entropy(rows(x), t), rows.parameters());
  for (std::size_t layer = 0; layer < 3; ++layer) {
    const Array dW = evaluate(of_nodes[nodes.parameters()[2 * layer]]);
    const Array db = evaluate(of_nodes[nodes.parameters()[2 * layer + 1]]);
    std::vector<double> expected(dW.as<double>().begin(), dW.as<double>().end());
    expected.insert(expected.end(), db.as<double>().begin(), db.as<double>().end());
    const Array found = evaluate(of_rows[rows.parameters()[layer]]);
    ASSERT_EQ(found.as<double>().size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(found.as<double>()[i], expected[i], 1e-15) << "layer " << layer + 1 << ", number " << i;
    EXPECT_GT(largest(dW), 1e-6);
  }
}

TEST(Fcnn, RefusesWidthsAndNamesThatMakeNoNetwork) {
  Graph graph;
  EXPECT_EQ(message_of<ConfigError>([&] { fcnn({}); }),
            "fcnn: expected at least one width, each at least 1, got ()");
  EXPECT_TRUE(contains(message_of<ConfigError>([&] {
                         Sequential(graph, {784}, fcnn({0, 10}));
                       }),
                       "got (0,10)"));
  EXPECT_THROW(Sequential(graph, {-1}, fcnn({10})), ShapeError);
  EXPECT_TRUE(contains(
      message_of<ConfigError>([&] { Sequential(graph, {2}, fcnn({2}, {.activation = "sine"})); }), "'sine'"));
  EXPECT_TRUE(
      contains(message_of<ConfigError>([&] { Sequential(graph, {2}, fcnn({2}), {.initializer = "ones"}); }),
               "'ones'"));
  EXPECT_EQ(graph.size(), 0U);
}

TEST(Fcnn, RefusesInputsOfAnotherWidth) {
  Graph graph;
  const Sequential network(graph, {784}, fcnn({10}));
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         network(graph.input("x", {64, 783}));
                       }),
                       "fcnn_test.cpp:"));
}

TEST(Fcnn, SharesItsParametersBetweenInputs) {
  Graph graph;
  const Sequential network(graph, {3}, fcnn({4, 2}), {.dtype = DType::float64});
  const Tensor a = graph.constant(full({2, 3}, 0.5, DType::float64));
  const Tensor b = graph.constant(full({5, 3}, -0.25, DType::float64));
  const std::size_t before = graph.size();
  const Tensor of_a = sum(network(a)), of_b = sum(network(b));
  for (auto id = static_cast<NodeId>(before); id < static_cast<NodeId>(graph.size()); ++id)
    EXPECT_EQ(graph.node(id).kind, NodeKind::result);
  // b2 is added to seven rows.
  const Tensor b2 = network.parameters().back();
  const Array gradient = evaluate(build_grad(of_a + of_b, {b2})[b2]);
  EXPECT_EQ(gradient.as<double>()[0], 7);
}

TEST(Fcnn, StartsTheSameForTheSameSeedWithLayersThatDiffer) {
  const auto first_numbers = [](std::uint64_t seed) {
    Graph graph;
    const Sequential network(graph, {4}, fcnn({4, 4}), {.dtype = DType::float64, .seed = seed});
    std::vector<double> numbers;
    for (const Tensor& parameter : network.parameters())
      numbers.push_back(graph.value(parameter).as<double>()[0]);
    return numbers;
  };
  const auto numbers = first_numbers(1);
  EXPECT_EQ(numbers, first_numbers(1));
  EXPECT_NE(numbers, first_numbers(2));
  EXPECT_NE(numbers[0], numbers[2]);
  EXPECT_NE(numbers[1], numbers[3]);
}

TEST(Fcnn, StartsBiasesWithinOneOverTheInputsOfTheirLayer) {
  Graph graph;
  const Sequential network(graph, {10}, fcnn({200, 300}));
  EXPECT_LE(largest(graph.value(network.parameters()[1])), 0.1);
  EXPECT_GT(largest(graph.value(network.parameters()[1])), 0.09);
  EXPECT_LE(largest(graph.value(network.parameters()[3])), 0.005);
  EXPECT_GT(largest(graph.value(network.parameters()[3])), 0.0045);
}

TEST(Fcnn, StartsAtZeroWhenAskedTo) {
  Graph graph;
  const Sequential network(graph, {3}, fcnn({4, 2}), {.initializer = "zeros"});
  for (const Tensor& parameter : network.parameters())
    EXPECT_EQ(largest(graph.value(parameter)), 0) << parameter.label();
}

TEST(Fcnn, StandsBesideAnotherUnderAPrefix) {
  Graph graph;
  const Sequential one(graph, {2}, fcnn({3})), other(graph, {2}, fcnn({3}), {.prefix = "other "});
  EXPECT_EQ(other.parameters()[0].label(), "other W1");
  EXPECT_THROW(Sequential(graph, {2}, fcnn({3})), GraphError);
}

// The line of the layers; the same for every input.
TEST(Fcnn, NodesCarryTheUsersLineAndNames) {
  Graph graph;
  const Sequential network(graph, {2}, fcnn({3, 2}));
  const unsigned line = __LINE__ - 1U;
  EXPECT_EQ(network.parameters()[0].node().location.line(), line);
  const Tensor scores = network(graph.input("x", {1, 2}));
  EXPECT_EQ(scores.node().location.line(), line);
  const Tensor hidden = get_inputs(get_inputs(scores, graph)[0], graph)[0];
  EXPECT_EQ(hidden.label(), "h1");
  EXPECT_EQ(get_inputs(hidden, graph)[0].label(), "a1");
}

TEST(Fcnn, RefusesIntegers) {
  Graph graph;
  EXPECT_THROW(Sequential(graph, {2}, fcnn({3}), {.dtype = DType::int32}), ConfigError);
}

}  // namespace
}  // namespace gradtable
