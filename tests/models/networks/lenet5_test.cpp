#include "gradtable/models/networks/lenet5.hpp"

#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/data/digits.hpp"
#include "gradtable/models/optimizers/sgd.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

Tensor named(Graph& graph, const std::string& label) {
  for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id)
    if (graph.tensor(id).label() == label) return graph.tensor(id);
  return {};
}

std::vector<double> numbers(const Array& array) {
  const Array values = cast(array, DType::float64);
  return {values.as<double>().begin(), values.as<double>().end()};
}

TEST(LeNet5, CountsItsParameters) {
  Graph graph;
  const LeNet5 network(graph);
  EXPECT_EQ(network.parameter_count(), 61706);
  std::vector<std::string> labels;
  for (const Tensor& parameter : network.parameters()) labels.push_back(parameter.label());
  EXPECT_EQ(labels, (std::vector<std::string>{"W1", "b1", "W2", "b2", "W3", "b3", "W4", "b4", "W5", "b5"}));
  EXPECT_EQ(LeNet5(graph, {.classes = 26, .prefix = "letters "}).parameter_count(), 61706 + 16 * 85);
}

TEST(LeNet5, HasTheLayersOfItsPaper) {
  Graph graph;
  const LeNet5 network(graph);
  const Tensor scores = network(graph.input("x", {32, 784}));
  EXPECT_EQ(named(graph, "C1").shape(), (Shape{32, 6, 28, 28}));
  EXPECT_EQ(named(graph, "S2").shape(), (Shape{32, 6, 14, 14}));
  EXPECT_EQ(named(graph, "C3").shape(), (Shape{32, 16, 10, 10}));
  EXPECT_EQ(named(graph, "S4").shape(), (Shape{32, 16, 5, 5}));
  EXPECT_EQ(named(graph, "C5").shape(), (Shape{32, 120}));
  EXPECT_EQ(named(graph, "F6").shape(), (Shape{32, 84}));
  EXPECT_EQ(scores.shape(), (Shape{32, 10}));
}

TEST(LeNet5, IsBuiltAsTodayAndAsOfOld) {
  const auto op_names = [](const LeNet5Options& options) {
    Graph graph;
    const LeNet5 network(graph, options);
    network(graph.input("x", {2, 784}));
    std::vector<std::string> names;
    for (const char* node : {"C1", "S2", "F6"}) names.emplace_back(get_operation(named(graph, node))->name());
    return names;
  };
  EXPECT_EQ(op_names({}), (std::vector<std::string>{"relu", "max_pool2d", "relu"}));
  EXPECT_EQ(op_names({.activation = "tanh", .pooling = Pooling::average}),
            (std::vector<std::string>{"tanh", "avg_pool2d", "tanh"}));
}

TEST(LeNet5, TakesImagesAsRowsAndWithChannels) {
  Graph graph;
  const LeNet5 network(graph, {.dtype = DType::float64});
  const Dataset digits = draw_digits(3, 1);
  const Array pixels = cast(digits.pixel_view(), DType::float64);
  const Tensor rows = graph.input("rows", {3, 784}, DType::float64);
  const Tensor images = graph.input("images", {3, 1, 28, 28}, DType::float64);
  const ConstView with_channels({DType::float64, {3, 1, 28, 28}}, pixels.view().data);
  EXPECT_EQ(numbers(evaluate(network(rows), {{rows, pixels}})),
            numbers(evaluate(network(images), {{images, with_channels}})));
}

TEST(LeNet5, RefusesWhatIsNoImageOrNoNetwork) {
  Graph graph;
  const LeNet5 network(graph);
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         network(graph.input("x", {64, 783}));
                       }),
                       "lenet5_test.cpp:"));
  EXPECT_THROW(network(graph.input("scalar", {})), ShapeError);
  EXPECT_THROW(LeNet5(graph, {.classes = 0}), ConfigError);
  EXPECT_THROW(LeNet5(graph, {.activation = "sine"}), ConfigError);
  EXPECT_THROW(LeNet5(graph, {.initializer = "ones"}), ConfigError);
  EXPECT_THROW(LeNet5(graph, {.dtype = DType::int32}), ConfigError);
}

// 64 digits by heart.
class LeNet5Learns : public ::testing::TestWithParam<LeNet5Options> {};

TEST_P(LeNet5Learns, SixtyFourDigits) {
  const Dataset digits = draw_digits(64, 1);
  Graph graph;
  const LeNet5 network(graph, GetParam());
  const Tensor pixels = graph.input("pixels", {64, 784}, DType::uint8);
  const Tensor labels = graph.input("labels", {64}, DType::uint8);
  const Tensor scores = network(cast(pixels, DType::float32) / 255);
  const Tensor loss = softmax_cross_entropy(scores, cast(labels, DType::int32));
  const Tensor guesses = argmax(scores);
  Program step = compile(
      graph, {.outputs = {loss, guesses}, .updates = sgd(build_grad(loss, network.parameters()), 0.2)});
  std::int64_t right = 0;
  for (int i = 0; i < 150 && right < 64; ++i) {
    step.run({{pixels, digits.pixel_view()}, {labels, digits.label_view()}});
    right = 0;
    const auto guessed = step.value(guesses).as<std::int32_t>();
    for (std::size_t j = 0; j < 64; ++j) right += guessed[j] == digits.labels[j] ? 1 : 0;
  }
  EXPECT_EQ(right, 64);
}

INSTANTIATE_TEST_SUITE_P(Forms, LeNet5Learns,
                         ::testing::Values(LeNet5Options{}, LeNet5Options{.activation = "tanh",
                                                                          .pooling = Pooling::average,
                                                                          .initializer = "xavier_uniform"}),
                         [](const auto& form) { return form.param.activation; });

}  // namespace
}  // namespace gradtable
