#include "gradtable/ops/pooling.hpp"

#include <cmath>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include "tests/ops/formulas.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::testing {
namespace {

using testing::kInfinity;
using testing::kNaN;

// d sum(g * max_pool2d(x)) / dx for g = 1, 2, 3, ...
Array gradient_of_max(const Array& x, const PerAxis& kernel, const MaxPoolOptions& options) {
  Graph graph;
  const Tensor parameter = graph.parameter("x", x), y = max_pool2d(parameter, kernel, options);
  Array weights(DType::float64, y.shape());
  double next = 1;
  for (double& weight : weights.as<double>()) weight = next++;
  return evaluate(build_grad(sum(mul(y, graph.constant(weights))), {parameter})[parameter]);
}

// The windows of these rows are 1, 1, 1, 1 and 2, 3, 3, 3 and so on; four and more are done at once.
const Array kTies = Array::of<double>({1, 1, 2, 10}, {1, 1, 2, 3, 0, 0, 0, 5, 7, 7,  //
                                                      1, 1, 3, 3, 4, 4, 5, 5, 7, 8});

TEST(Pooling, RefusesAKernelByThatName) {
  Graph graph;
  const Tensor x = graph.input("x", {1, 1, 4, 4});
  expect_error<ShapeError>([&] { max_pool2d(x, 0); },
                           "max_pool2d: expected kernel extents from 1 to 2^31 - 1, got (0,0)");
  expect_error<ShapeError>(
      [&] {
        avg_pool2d(x, {2, 2, 2});
      },
      "avg_pool2d: expected kernel extents of 2 numbers, got (2,2,2)");
}

// Extents that PyTorch 2 gives.
TEST(Pooling, CeilModeHasOneWindowWhereItIsLargerThanTheImage) {
  Graph graph;
  const Tensor x = graph.input("x", {1, 1, 2, 2}), line = graph.input("line", {1, 1, 3});
  EXPECT_EQ(max_pool2d(x, 3, {.stride = 2, .ceil_mode = true}).shape(), (Shape{1, 1, 1, 1}));
  EXPECT_EQ(max_pool2d(x, 5, {.ceil_mode = true}).shape(), (Shape{1, 1, 1, 1}));
  EXPECT_EQ(max_pool1d(line, 3, {.stride = 3, .dilation = 2, .ceil_mode = true}).shape(), (Shape{1, 1, 1}));
  EXPECT_EQ(avg_pool1d(line, 6, {.stride = 2, .padding = 1, .ceil_mode = true}).shape(), (Shape{1, 1, 1}));
  expect_error<ShapeError>(
      [&] { max_pool2d(x, 6, {.stride = 2, .ceil_mode = true}); },
      "max_pool2d: expected at least 5 elements on spatial axis 0 with its padding, got 2");
}

TEST(Pooling, CeilModeLeavesOutAWindowThatBeginsInThePaddingAfterTheImage) {
  Graph graph;
  const Tensor x = graph.input("x", {1, 1, 3});
  EXPECT_EQ(max_pool1d(x, 2, {.stride = 2, .padding = 1, .ceil_mode = true}).shape(), (Shape{1, 1, 2}));
  EXPECT_EQ(avg_pool1d(x, 1, {.stride = 2, .padding = {0, 1}, .ceil_mode = true}).shape(), (Shape{1, 1, 2}));
}

// Numbers of PyTorch 2: what a window has in the padding counts, what it has beyond does not.
TEST(Pooling, CeilModeAveragesOverTheImageAndItsPadding) {
  Graph graph;
  const Tensor x = graph.constant(Array::of<double>({1, 1, 2, 2}, {1, 2, 3, 4}));
  const auto number = [](const Tensor& y) { return evaluate(y).item(); };
  EXPECT_EQ(number(max_pool2d(x, 3, {.stride = 2, .ceil_mode = true})), 4);
  EXPECT_EQ(number(avg_pool2d(x, 3, {.stride = 2, .ceil_mode = true})), 2.5);
  const AvgPoolOptions padded = {.padding = 1, .ceil_mode = true};
  const AvgPoolOptions inside = {.padding = 1, .ceil_mode = true, .count_include_pad = false};
  EXPECT_EQ(number(avg_pool2d(x, 5, padded)), 10.0 / 16);
  EXPECT_EQ(number(avg_pool2d(x, 5, inside)), 2.5);
}

TEST(MaxPool, GivesTheGradientToTheFirstOfSeveralLargest) {
  const Array expected = Array::of<double>({1, 1, 2, 10}, {1, 0, 0, 2, 0, 0, 0, 4, 0, 0,  //
                                                           0, 0, 0, 0, 3, 0, 0, 0, 0, 5});
  EXPECT_TRUE(close_to(gradient_of_max(kTies, 2, {}), expected, 0));
}

TEST(MaxPool, GivesTheGradientToTheFirstOfSeveralLargestInOverlappingWindows) {
  const Array x = Array::of<double>({1, 1, 2, 3}, {4, 4, 4, 4, 4, 4});
  const Array expected = Array::of<double>({1, 1, 2, 3}, {1, 2, 0, 0, 0, 0});
  EXPECT_TRUE(close_to(gradient_of_max(x, 2, {.stride = 1}), expected, 0));
}

TEST(MaxPool, GivesNaNWhereAWindowHasOne) {
  for (const std::int64_t place : {0, 1, 10, 11}) {
    for (const std::int64_t stride : {2, 1}) {
      Array x = kTies;
      x.as<double>()[static_cast<std::size_t>(place)] = kNaN;
      Graph g;
      const Array y = evaluate(max_pool2d(g.constant(x), 2, {.stride = stride}));
      for (std::size_t i = 0; i < y.as<double>().size(); ++i)
        EXPECT_EQ(std::isnan(y.as<double>()[i]), i == 0 || (stride == 1 && i == 1 && place % 10 == 1));
    }
  }
}

TEST(MaxPool, GivesMinusInfinityForPaddingAlone) {
  const Array x = Array::of<double>({1, 1, 1, 2}, {-3, -2});
  Graph g;
  const Array y = evaluate(max_pool2d(g.constant(x), 1, {.padding = {0, 1}}));
  const Array expected = Array::of<double>({1, 1, 1, 4}, {-kInfinity, -3, -2, -kInfinity});
  EXPECT_TRUE(same_bits(y, expected));
  EXPECT_TRUE(
      close_to(gradient_of_max(x, 1, {.padding = {0, 1}}), Array::of<double>({1, 1, 1, 2}, {2, 3}), 0));
}

TEST(AvgPool, GivesZeroForPaddingAlone) {
  const Array x = Array::of<double>({1, 1, 2}, {-3, -2});
  for (const bool count : {false, true}) {
    Graph g;
    const Array y = evaluate(avg_pool1d(g.constant(x), 1, {.padding = 1, .count_include_pad = count}));
    EXPECT_TRUE(close_to(y, Array::of<double>({1, 1, 4}, {0, -3, -2, 0}), 0));
  }
}

}  // namespace
}  // namespace gradtable::testing
