#include "gradtable/models/networks/lenet5.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/data/digits.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/models/optimizers/sgd.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::numbers_of;

Tensor named(Graph& graph, const std::string& label) {
  for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id)
    if (graph.tensor(id).label() == label) return graph.tensor(id);
  return {};
}

// From 0 to 1.
Array uniform_images(const Shape& shape) {
  Random random(1);
  Array images(DType::float32, shape);
  for (float& pixel : images.as<float>()) pixel = static_cast<float>(random.below(256)) / 255.0F;
  return images;
}

TEST(LeNet5, CountsItsParameters) {
  Graph graph;
  const Sequential network(graph, {784}, lenet5());
  EXPECT_EQ(network.parameter_count(), 61706);
  std::vector<std::string> labels;
  for (const Tensor& parameter : network.parameters()) labels.push_back(parameter.label());
  EXPECT_EQ(labels, (std::vector<std::string>{"W1", "b1", "W2", "b2", "W3", "b3", "W4", "b4", "W5", "b5"}));
  EXPECT_EQ(Sequential(graph, {784}, lenet5({.classes = 26}), {.prefix = "letters "}).parameter_count(),
            61706 + 16 * 85);
}

TEST(LeNet5, HasTheLayersOfItsPaper) {
  Graph graph;
  const Sequential network(graph, {784}, lenet5());
  const Tensor scores = network(graph.input("x", {32, 784}));
  EXPECT_EQ(named(graph, "C1").shape(), (Shape{32, 6, 28, 28}));
  EXPECT_EQ(named(graph, "S2").shape(), (Shape{32, 6, 14, 14}));
  EXPECT_EQ(named(graph, "C3").shape(), (Shape{32, 16, 10, 10}));
  EXPECT_EQ(named(graph, "S4").shape(), (Shape{32, 16, 5, 5}));
  EXPECT_EQ(named(graph, "C5").shape(), (Shape{32, 120}));
  EXPECT_EQ(named(graph, "F6").shape(), (Shape{32, 84}));
  EXPECT_EQ(scores.shape(), (Shape{32, 10}));
}

TEST(LeNet5, TakesLargerImagesAndThoseOfItsPaperWithoutPadding) {
  struct Case {
    std::int64_t rows, columns;
    Shape c1, s4;
  };
  for (const auto& [rows, columns, c1, s4] :
       {Case{28, 28, {2, 6, 28, 28}, {2, 16, 5, 5}}, Case{32, 32, {2, 6, 28, 28}, {2, 16, 5, 5}},
        Case{31, 33, {2, 6, 31, 29}, {2, 16, 5, 5}}, Case{64, 36, {2, 6, 60, 32}, {2, 16, 13, 6}}}) {
    Graph graph;
    const Sequential network(graph, {rows * columns}, lenet5({.rows = rows, .columns = columns}));
    const Tensor scores = network(graph.input("x", {2, rows * columns}));
    EXPECT_EQ(named(graph, "C1").shape(), c1);
    EXPECT_EQ(named(graph, "S4").shape(), s4);
    EXPECT_EQ(network.parameters()[4].shape(), (Shape{16 * s4[2] * s4[3], 120}));
    EXPECT_EQ(scores.shape(), (Shape{2, 10}));
  }
}

// MNIST's images, with zeros around them, are those of the paper.
TEST(LeNet5, GivesTheSameForImagesThatArePaddedBefore) {
  Graph graph;
  const Sequential small(graph, {784}, lenet5()),
      large(graph, {1024}, lenet5({.rows = 32, .columns = 32}), {.prefix = "large "});
  const Array x = uniform_images({3, 784});
  Array padded = zeros({3, 1024});
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t y = 0; y < 28; ++y)
      std::ranges::copy(
          x.as<float>().subspan(784 * i + 28 * y, 28),
          padded.as<float>().begin() + static_cast<std::ptrdiff_t>(1024 * i + 32 * (y + 2) + 2));
  const Tensor a = small(graph.constant(x)), b = large(graph.constant(padded));
  EXPECT_EQ(numbers_of(evaluate(a)), numbers_of(evaluate(b)));
}

TEST(LeNet5, RefusesImagesThatAreTooSmall) {
  EXPECT_EQ(message_of<ConfigError>([&] { lenet5({.rows = 27}); }),
            "lenet5: expected images of at least 28x28, got 27x28");
}

TEST(LeNet5, IsBuiltAsTodayAndAsOfOld) {
  const auto op_names = [](const LeNet5Options& options) {
    Graph graph;
    const Sequential network(graph, {784}, lenet5(options));
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
  const Sequential of_rows(graph, {784}, lenet5(), {.dtype = DType::float64});
  const Sequential of_images(graph, {1, 28, 28}, lenet5(), {.dtype = DType::float64, .prefix = "images "});
  const Dataset digits = draw_digits(3, 1);
  const Array pixels = cast(digits.input_rows(), DType::float64);
  const Tensor rows = graph.input("rows", {3, 784}, DType::float64);
  const Tensor images = graph.input("images", {3, 1, 28, 28}, DType::float64);
  const ConstView with_channels({DType::float64, {3, 1, 28, 28}}, pixels.view().data);
  EXPECT_EQ(numbers_of(evaluate(of_rows(rows), {{rows, pixels}})),
            numbers_of(evaluate(of_images(images), {{images, with_channels}})));
}

TEST(LeNet5, RefusesWhatIsNoImageOrNoNetwork) {
  Graph graph;
  const Sequential network(graph, {784}, lenet5());
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         network(graph.input("x", {64, 783}));
                       }),
                       "lenet5_test.cpp:"));
  EXPECT_THROW(network(graph.input("scalar", {})), ShapeError);
  EXPECT_THROW(Sequential(graph, {784}, lenet5({.classes = 0})), ConfigError);
  EXPECT_THROW(Sequential(graph, {784}, lenet5({.activation = "sine"})), ConfigError);
  EXPECT_THROW(Sequential(graph, {784}, lenet5(), {.initializer = "ones"}), ConfigError);
  EXPECT_THROW(Sequential(graph, {784}, lenet5(), {.dtype = DType::int32}), ConfigError);
}

// 64 digits by heart.
class LeNet5Learns : public ::testing::TestWithParam<std::pair<LeNet5Options, std::string>> {};

TEST_P(LeNet5Learns, SixtyFourDigits) {
  const Dataset digits = draw_digits(64, 1);
  Graph graph;
  const auto& [options, initializer] = GetParam();
  const Sequential network(graph, {784}, lenet5(options), {.initializer = initializer});
  const Tensor pixels = graph.input("pixels", {64, 784}, DType::uint8);
  const Tensor labels = graph.input("labels", {64}, DType::uint8);
  const Tensor scores = network(cast(pixels, DType::float32) / 255);
  const Tensor loss = softmax_cross_entropy(scores, cast(labels, DType::int32));
  const Tensor guesses = argmax(scores);
  Program step = compile(
      graph, {.outputs = {loss, guesses}, .updates = sgd(build_grad(loss, network.parameters()), 0.2)});
  std::int64_t right = 0;
  for (int i = 0; i < 150 && right < 64; ++i) {
    step.run({{pixels, digits.input_rows()}, {labels, digits.targets}});
    right = 0;
    const auto guessed = step.value(guesses).as<std::int32_t>();
    for (std::size_t j = 0; j < 64; ++j)
      right += guessed[j] == digits.label(static_cast<std::int64_t>(j)) ? 1 : 0;
  }
  EXPECT_EQ(right, 64);
}

INSTANTIATE_TEST_SUITE_P(Forms, LeNet5Learns,
                         ::testing::Values(std::pair(LeNet5Options{}, "kaiming_uniform"),
                                           std::pair(LeNet5Options{.activation = "tanh",
                                                                   .pooling = Pooling::average},
                                                     "xavier_uniform")),
                         [](const auto& form) { return form.param.first.activation; });

}  // namespace
}  // namespace gradtable
