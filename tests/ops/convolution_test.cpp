// Convolutions beyond the sizes of the table of op cases: those that are cut into blocks.
#include "gradtable/ops/convolution.hpp"

#include <cmath>
#include <limits>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/convolutions.hpp"
#include "tests/ops/errors.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::testing {
namespace {

struct Sizes {
  std::string name;
  Shape x, w;
  Sliding sliding;
};

void PrintTo(const Sizes& sizes, std::ostream* stream) {
  *stream << sizes.name;
}

// More channels than are added up at once, images that are cut into boxes, a whole one and boxes of others in
// one vector, and a window that no block has room for.
const std::vector<Sizes> kSizes = {
    {"lenet5_first", {20, 1, 12, 12}, {6, 1, 5, 5}, {{1, 1}, {2, 2}, {2, 2}, {1, 1}}},
    {"one_image", {1, 3, 33, 29}, {5, 3, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}},
    {"one_image_and_strides", {1, 2, 41, 38}, {3, 2, 3, 2}, {{3, 2}, {1, 0}, {0, 1}, {1, 1}}},
    {"three_images_and_dilations", {3, 2, 25, 22}, {2, 2, 3, 2}, {{2, 1}, {2, 3}, {1, 2}, {3, 4}}},
    {"many_channels", {2, 200, 6, 5}, {3, 200, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}},
    {"many_filters", {2, 2, 6, 5}, {200, 2, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}},
    {"many_groups", {18, 40, 5, 5}, {40, 1, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, 40}},
    {"wide_window", {2, 1, 9, 60}, {2, 1, 3, 11}, {{1, 1}, {0, 5}, {0, 5}, {1, 1}}},
    {"large_image", {16, 1, 61, 53}, {2, 1, 3, 3}, {{2, 2}, {1, 1}, {1, 1}, {1, 1}}},
    {"long_line", {1, 1, 9000}, {2, 1, 3}, {{1}, {1}, {1}, {1}}},
    {"window_beyond_a_block", {1, 1, 5000}, {2, 1, 2}, {{1}, {0}, {0}, {4500}}},
    {"volume", {2, 2, 9, 10, 11}, {3, 2, 2, 3, 2}, {{1, 2, 3}, {1, 0, 1}, {0, 1, 1}, {2, 1, 1}}},
};

Tensor conv(const Tensor& x, const Tensor& w, const Sliding& s) {
  const ConvOptions options{s.stride, s.padding(), s.dilation, s.groups};
  if (x.shape().rank() == 3) return conv1d(x, w, options);
  return x.shape().rank() == 4 ? conv2d(x, w, options) : conv3d(x, w, options);
}

class LargeConvolution : public ::testing::TestWithParam<Sizes> {};

INSTANTIATE_TEST_SUITE_P(Convolution, LargeConvolution, ::testing::ValuesIn(kSizes),
                         [](const auto& test) { return test.param.name; });

TEST_P(LargeConvolution, AgreesWithPlainLoops) {
  const auto& [name, x_shape, w_shape, sliding] = GetParam();
  const Array x = numbers(x_shape), w = numbers(w_shape, 0.4), y = convolved(x, w, sliding);
  const Array cotangent = numbers(y.shape(), 0.7);
  const auto extents = x_shape.extents().subspan(2);
  const Array x_gradient = convolved_back(cotangent, w, sliding, Index(extents.begin(), extents.end()));
  const Array w_gradient = convolved_weights(x, cotangent, w_shape, sliding);
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const int threads : {1, 2}) {
      Graph g;
      const Tensor tx = g.parameter("x", cast(x, dtype)), tw = g.parameter("w", cast(w, dtype));
      const Tensor ty = conv(tx, tw, sliding);
      const GradTable table = build_grad(sum(mul(ty, g.constant(cast(cotangent, dtype)))), {tx, tw});
      Program program =
          compile(g, {.outputs = {ty, table[tx], table[tw]}, .threads = threads, .min_threads = threads});
      program.run();
      const double tolerance = dtype == DType::float64 ? 1e-12 : 1e-4;
      EXPECT_TRUE(close_to(program.value(ty), y, tolerance));
      EXPECT_TRUE(close_to(program.value(table[tx]), x_gradient, tolerance));
      EXPECT_TRUE(close_to(program.value(table[tw]), w_gradient, tolerance));
    }
  }
}

TEST(Convolution, TakesInfinityAndNaNOnlyWhereAWindowSeesThem) {
  Array x = numbers({17, 1, 6, 6});
  at(x, {3, 0, 0, 0}) = std::numeric_limits<double>::quiet_NaN();
  at(x, {5, 0, 5, 5}) = std::numeric_limits<double>::infinity();
  Graph g;
  const Array y = evaluate(conv2d(g.constant(x), g.constant(numbers({2, 1, 3, 3}))));
  for_each_index(y.shape(), [&](const Index& i) {
    const bool sees_nan = i[0] == 3 && i[2] == 0 && i[3] == 0;
    const bool sees_infinity = i[0] == 5 && i[2] == 3 && i[3] == 3;
    EXPECT_EQ(std::isnan(at(y, i)), sees_nan);
    EXPECT_EQ(std::isinf(at(y, i)), sees_infinity);
  });
}

TEST(Convolution, SaysWhatItExpectedOfGroups) {
  Graph g;
  const Tensor x = g.input("x", {2, 4, 5, 5}), w = g.input("w", {6, 1, 3, 3});
  expect_error<ShapeError>([&] { conv2d(x, w, {.groups = 4}); },
                           "conv2d: expected groups that divide 6 filters, got 4");
}

}  // namespace
}  // namespace gradtable::testing
