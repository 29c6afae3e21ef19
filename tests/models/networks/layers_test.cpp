#include "gradtable/models/networks/layers.hpp"

#include <map>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

// A layer built alone, as the first of its network.
class Layers : public ::testing::Test {
 protected:
  Tensor x(const Shape& shape) { return graph.input(graph.free_name("x"), shape); }
  std::vector<Shape> learned() const {
    std::vector<Shape> shapes;
    for (const Tensor& parameter : build.learned()) shapes.push_back(parameter.shape());
    return shapes;
  }

  Graph graph;
  NetworkOptions options;
  std::map<std::string, Tensor> known;
  Tensor step = graph.input("step", {}, DType::int32);
  LayerBuilder build{graph, options, known, step};
};

TEST_F(Layers, FullyConnectedHasWeightsAndABias) {
  EXPECT_EQ(layers::FullyConnected{5}(build, x({4, 3})).shape(), (Shape{4, 5}));
  EXPECT_EQ(learned(), (std::vector<Shape>{{3, 5}, {5}}));
  EXPECT_EQ(build.learned()[0].label(), "W1");
  EXPECT_EQ(build.learned()[1].label(), "b1");
}

TEST_F(Layers, FullyConnectedMayLackTheBias) {
  layers::FullyConnected{5, Bias::none}(build, x({4, 3}));
  EXPECT_EQ(learned(), (std::vector<Shape>{{3, 5}}));
}

TEST_F(Layers, ConvolutionsHaveAKernelOfTheirRank) {
  EXPECT_EQ(layers::Conv1d({6, 5})(build, x({2, 3, 20})).shape(), (Shape{2, 6, 16}));
  EXPECT_EQ((layers::Conv2d{6, {5, 3}, {.padding = 1}}(build, x({2, 3, 20, 20}))).shape(),
            (Shape{2, 6, 18, 20}));
  EXPECT_EQ((layers::Conv3d{6, 3, {.groups = 3}, false}(build, x({2, 3, 8, 8, 8}))).shape(),
            (Shape{2, 6, 6, 6, 6}));
  EXPECT_EQ(learned(), (std::vector<Shape>{{6, 3, 5}, {6}, {6, 3, 5, 3}, {6}, {6, 1, 3, 3, 3}}));
}

TEST_F(Layers, ConvolutionsRefuseKernelsAndInputsOfAnotherRank) {
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         layers::Conv2d{6, {5, 3, 1}}(build, x({2, 3, 20, 20}));
                       }),
                       "expected a kernel of one extent or 2, got (5,3,1)"));
  EXPECT_THROW((layers::Conv2d{6, 5}(build, x({2, 3, 20}))), ShapeError);
  EXPECT_THROW((layers::Conv2d{6, 5}(build, x({2}))), ShapeError);
  EXPECT_THROW((layers::Conv2d{6, 5, {.groups = 0}}(build, x({2, 3, 9, 9}))), ShapeError);
}

TEST_F(Layers, PoolingTakesWindowsOfItsRank) {
  EXPECT_EQ(layers::MaxPool1d{2}(build, x({2, 3, 8})).shape(), (Shape{2, 3, 4}));
  EXPECT_EQ(layers::MaxPool2d{2}(build, x({2, 3, 8, 6})).shape(), (Shape{2, 3, 4, 3}));
  EXPECT_EQ(layers::MaxPool3d{2}(build, x({2, 3, 8, 6, 4})).shape(), (Shape{2, 3, 4, 3, 2}));
  EXPECT_EQ(layers::AvgPool1d{2}(build, x({2, 3, 8})).shape(), (Shape{2, 3, 4}));
  EXPECT_EQ((layers::AvgPool2d{{2, 3}}(build, x({2, 3, 8, 6}))).shape(), (Shape{2, 3, 4, 2}));
  EXPECT_EQ(layers::AvgPool3d{2}(build, x({2, 3, 8, 6, 4})).shape(), (Shape{2, 3, 4, 3, 2}));
  EXPECT_TRUE(learned().empty());
}

TEST_F(Layers, ActivationsAreTheirOps) {
  const auto op_of = [](const Tensor& y) { return std::string(get_operation(y)->name()); };
  EXPECT_EQ(op_of(layers::ReLU{}(build, x({2, 3}))), "relu");
  EXPECT_EQ(op_of(layers::Sigmoid{}(build, x({2, 3}))), "sigmoid");
  EXPECT_EQ(op_of(layers::TanH{}(build, x({2, 3}))), "tanh");
  EXPECT_EQ(op_of(layers::SoftMax{}(build, x({2, 3}))), "softmax");
  EXPECT_EQ(op_of(layers::Activation{"softplus"}(build, x({2, 3}))), "softplus");
  EXPECT_THROW(layers::Activation{"rleu"}(build, x({2, 3})), ConfigError);
}

TEST_F(Layers, ReshapeAndFlattenKeepTheExamples) {
  EXPECT_EQ((layers::Reshape{{3, 4}}(build, x({2, 12}))).shape(), (Shape{2, 3, 4}));
  EXPECT_THROW((layers::Reshape{{3, 5}}(build, x({2, 12}))), ShapeError);
  EXPECT_EQ(layers::Flatten{}(build, x({2, 3, 4, 5})).shape(), (Shape{2, 60}));
}

TEST_F(Layers, DropoutDropsInTrainingOnly) {
  LayerBuilder use(graph, options, known);
  const Tensor input = x({2, 3});
  EXPECT_EQ(layers::Dropout{0.5}(use, input), input);
  EXPECT_EQ(layers::Dropout{0}(build, input), input);
  EXPECT_NE(layers::Dropout{0.5}(build, input), input);
  EXPECT_THROW(layers::Dropout{1}(use, input), ConfigError);
}

// Two dropouts with one stream would be the same node.
TEST_F(Layers, DropoutsHaveMasksOfTheirOwn) {
  const Tensor input = x({2, 3});
  std::vector<Tensor> dropped;
  for (int layer = 0; layer < 2; ++layer) {
    dropped.push_back(layers::Dropout{0.5}(build, input));
    dropped.push_back(layers::Dropout{0.5}(build, input));
    build.weights({3, 3});
  }
  for (std::size_t i = 0; i < dropped.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(dropped[i], dropped[j]) << i << " and " << j;
}

TEST_F(Layers, AreNumberedByTheirWeights) {
  layers::FullyConnected{5}(build, x({4, 3}));
  layers::BatchNorm{}(build, x({4, 5}));
  layers::FullyConnected{2}(build, x({4, 5}));
  layers::BatchNorm{}(build, x({4, 2}));
  std::vector<std::string> names;
  for (const Tensor& parameter : build.learned()) names.push_back(parameter.label());
  EXPECT_EQ(names, (std::vector<std::string>{"W1", "b1", "scale1", "bias1", "W2", "b2", "scale2", "bias2"}));
  EXPECT_EQ(build.states().back().label(), "running_variance2");
}

TEST_F(Layers, NamedNamesItsOutput) {
  EXPECT_EQ((layers::Named{"h", layers::ReLU{}}(build, x({4, 3}))).label(), "h");
}

TEST_F(Layers, BatchNormUpdatesItsRunningStatisticsInTrainingOnly) {
  const Tensor input = x({4, 3});
  EXPECT_EQ(layers::BatchNorm{}(build, input).shape(), (Shape{4, 3}));
  EXPECT_EQ(build.updates().size(), 2U);
  EXPECT_EQ(learned(), (std::vector<Shape>{{3}, {3}}));
  LayerBuilder use(graph, options, known);
  layers::BatchNorm{}(use, input);
  EXPECT_TRUE(use.updates().empty());
  EXPECT_EQ(use.learned(), build.learned());
}

TEST_F(Layers, GetTheSameParametersWhenBuiltAgain) {
  layers::FullyConnected{5}(build, x({4, 3}));
  LayerBuilder again(graph, options, known, step);
  layers::FullyConnected{5}(again, x({9, 3}));
  EXPECT_EQ(again.learned(), build.learned());
}

}  // namespace
}  // namespace gradtable
