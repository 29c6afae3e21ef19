#include "gradtable/models/networks/sequential.hpp"

#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/networks/layers.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using namespace layers;
using testing::contains;
using testing::message_of;

std::vector<std::string> labels(const std::vector<Tensor>& tensors) {
  std::vector<std::string> all;
  for (const Tensor& tensor : tensors) all.push_back(tensor.label());
  return all;
}

TEST(Sequential, HasItsParametersBeforeItIsCalledAndNothingElse) {
  Graph graph;
  const Sequential network(graph, {1, 8, 8},
                           {Conv2d{4, 3}, BatchNorm{}, ReLU{}, Flatten{}, FullyConnected{10}});
  EXPECT_EQ(labels(network.parameters()),
            (std::vector<std::string>{"W1", "b1", "scale1", "bias1", "W2", "b2"}));
  EXPECT_EQ(labels(network.states()), (std::vector<std::string>{"running_mean1", "running_variance1"}));
  EXPECT_EQ(network.parameters()[4].shape(), (Shape{4 * 6 * 6, 10}));
  EXPECT_EQ(network.parameter_count(), 4 * 9 + 4 + 4 + 4 + 144 * 10 + 10);
  EXPECT_EQ(graph.size(), 8U);
}

TEST(Sequential, SharesItsParametersBetweenInputs) {
  Graph graph;
  const Sequential network(graph, {3}, {FullyConnected{2}});
  const Tensor one = network(graph.input("one", {1, 3})), many = network(graph.input("many", {64, 3}));
  EXPECT_EQ(many.shape(), (Shape{64, 2}));
  EXPECT_EQ(get_inputs(one, graph)[1], get_inputs(many, graph)[1]);
  EXPECT_EQ(graph.find("b1"), network.parameters()[1]);
}

TEST(Sequential, PredictsAnyNumberOfRowsInOneCall) {
  Graph graph;
  const Sequential network(graph, {2}, {FullyConnected{1}, Dropout{0.5}});
  graph.set_value(graph.find("W1"), Array::of_rows<float>({{2}, {3}}));
  graph.set_value(graph.find("b1"), std::vector<float>{1});
  const Sequential copy = network;
  for (const std::int64_t m : {1, 7, 1000}) {
    const Array y = network.predict(full({m, 2}, 1));
    EXPECT_EQ(y.shape(), (Shape{m, 1}));
    EXPECT_EQ(y[-1].item(), 6) << "without dropout";
  }
  const std::size_t nodes = graph.size();
  EXPECT_EQ(copy.predict(full({7, 2}, 1))[0].item(), 6);
  EXPECT_EQ(graph.size(), nodes) << "copies share their programs";
  EXPECT_EQ(network.predict(Array(std::vector<std::vector<double>>{{1, 2}})).item(), 9) << "doubles are cast";
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         network.predict(zeros({2, 3}));
                       }),
                       "network: expected examples of shape (2), got input"));
  EXPECT_THROW(network.predict(zeros({2, 2}, DType::uint8)), ShapeError);
}

struct Owner {
  Graph graph;
  Sequential network{graph, {2}, {FullyConnected{3}}};
};

TEST(Sequential, PredictsAfterItsGraphMoved) {
  std::vector<Owner> owners;
  for (int i = 0; i < 3; ++i) owners.emplace_back();
  for (const Owner& owner : owners) EXPECT_EQ(owner.network.predict(zeros({4, 2})).shape(), (Shape{4, 3}));
}

TEST(Sequential, DropsAndUpdatesStatisticsInTrainingOnly) {
  Graph graph;
  const Sequential network(graph, {3}, {BatchNorm{}, Dropout{0.5}});
  const Tensor x = graph.input("x", {4, 3}), step = graph.input("step", {}, DType::int32);
  const Sequential::Training training = network.training(x, step);
  EXPECT_EQ(training.updates.size(), 2U);
  EXPECT_EQ(get_operation(training.outputs)->name(), "dropout");
  EXPECT_NE(get_operation(network(x))->name(), "dropout");
}

TEST(Sequential, TakesAnyFunctionAsALayer) {
  Graph graph;
  const Sequential network(graph, {2}, {[](LayerBuilder& build, const Tensor& x) {
                             return mul(x, build.parameter("gain", [] { return full({2}, 3); }));
                           }});
  const Tensor x = graph.constant(Array::of<float>({1, 2}, {1, 2}));
  EXPECT_EQ(evaluate(sum(network(x))).item(), 9);
}

TEST(Sequential, StandsBesideAnotherUnderAPrefix) {
  Graph graph;
  const Sequential one(graph, {2}, {FullyConnected{3}}),
      other(graph, {2}, {FullyConnected{3}}, {.prefix = "other "});
  EXPECT_EQ(other.parameters()[0].label(), "other W1");
  EXPECT_THROW(Sequential(graph, {2}, {FullyConnected{3}}), GraphError);
}

TEST(Sequential, NamesTheLineOfALayerThatDoesNotFit) {
  Graph graph;
  const Layer convolution = Conv2d{3, 5};
  const std::string line = "sequential_test.cpp:" + std::to_string(__LINE__ - 1);
  const std::string message = message_of<ShapeError>([&] {
    Sequential(graph, {2}, {FullyConnected{2}, convolution});
  });
  EXPECT_TRUE(contains(message, line)) << message;
  EXPECT_EQ(graph.size(), 0U);
}

TEST(Sequential, NodesCarryTheLineOfTheirLayer) {
  Graph graph;
  const Layer layer = ReLU{};
  const unsigned line = __LINE__ - 1;
  EXPECT_EQ(Sequential(graph, {2}, {layer})(graph.input("x", {1, 2})).node().location.line(), line);
}

TEST(Sequential, RefusesExamplesOfAnotherShape) {
  Graph graph;
  const Sequential network(graph, {1, 28, 28}, {Flatten{}, FullyConnected{10}});
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         network(graph.input("x", {64, 784}));
                       }),
                       "network: expected examples of shape (1,28,28), got x of shape (64,784)"));
  EXPECT_THROW(network(graph.input("scalar", {})), ShapeError);
}

}  // namespace
}  // namespace gradtable
