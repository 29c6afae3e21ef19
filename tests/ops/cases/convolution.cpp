#include "gradtable/ops/convolution.hpp"

#include "tests/ops/convolutions.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

using Options = std::vector<ConvOptions>;

ConvOptions options_of(const Sliding& s) {
  return {.stride = s.stride, .padding = s.padding(), .dilation = s.dilation, .groups = s.groups};
}

Tensor conv(Inputs in, const ConvOptions& options) {
  const int axes = in[0].shape().rank() - 2;
  if (in.size() == 3) {
    if (axes == 1) return conv1d(in[0], in[1], in[2], options);
    return axes == 2 ? conv2d(in[0], in[1], in[2], options) : conv3d(in[0], in[1], in[2], options);
  }
  if (axes == 1) return conv1d(in[0], in[1], options);
  return axes == 2 ? conv2d(in[0], in[1], options) : conv3d(in[0], in[1], options);
}

Tensor conv_transpose(Inputs in, const ConvTransposeOptions& options) {
  const int axes = in[0].shape().rank() - 2;
  if (in.size() == 3) {
    if (axes == 1) return conv1d_transpose(in[0], in[1], in[2], options);
    return axes == 2 ? conv2d_transpose(in[0], in[1], in[2], options)
                     : conv3d_transpose(in[0], in[1], in[2], options);
  }
  if (axes == 1) return conv1d_transpose(in[0], in[1], options);
  return axes == 2 ? conv2d_transpose(in[0], in[1], options) : conv3d_transpose(in[0], in[1], options);
}

OpCase conv_case(const std::string& name, const Shape& x, const Shape& w, const Sliding& s,
                 bool bias = false) {
  std::vector<Array> inputs = {numbers(x), numbers(w, 0.4)};
  Array expected = convolved(inputs[0], inputs[1], s);
  if (bias) {
    inputs.push_back(numbers({w[0]}, 0.8));
    expected = with_bias(expected, inputs[2]);
  }
  return {name, [=](Inputs in) { return conv(in, options_of(s)); }, inputs, expected};
}

OpCase transpose_case(const std::string& name, const Shape& x, const Shape& w, const Sliding& s,
                      const Index& added = {}, bool bias = false) {
  std::vector<Array> inputs = {numbers(x), numbers(w, 0.4)};
  Index extents, output_padding = added;
  output_padding.resize(s.stride.size(), 0);
  for (std::size_t axis = 0; axis < s.stride.size(); ++axis)
    extents.push_back(extent_back(x[static_cast<int>(axis) + 2], w[static_cast<int>(axis) + 2], s, axis) +
                      output_padding[axis]);
  Array expected = convolved_back(inputs[0], inputs[1], s, extents);
  if (bias) {
    inputs.push_back(numbers({w[1] * s.groups}, 0.8));
    expected = with_bias(expected, inputs[2]);
  }
  const ConvTransposeOptions options{.stride = s.stride,
                                     .padding = s.padding(),
                                     .output_padding = output_padding,
                                     .dilation = s.dilation,
                                     .groups = s.groups};
  return {name, [=](Inputs in) { return conv_transpose(in, options); }, inputs, expected};
}

TensorType real(const Shape& shape) {
  return {DType::float64, shape};
}

Call conv2d_with(const ConvOptions& options) {
  return [=](Inputs in) { return conv2d(in[0], in[1], options); };
}

Call conv2d_transpose_with(const ConvTransposeOptions& options) {
  return [=](Inputs in) { return conv2d_transpose(in[0], in[1], options); };
}

// A convolution of one number.
Refusal of_scalar(Tensor (*f)(const Tensor&, const Tensor&, const ConvOptions&, Location)) {
  return {{real({}), real({1, 1, 1})}, [=](Inputs in) { return f(in[0], in[1], {}, Location::current()); }};
}
Refusal of_scalar(Tensor (*f)(const Tensor&, const Tensor&, const ConvTransposeOptions&, Location)) {
  return {{real({}), real({1, 1, 1})}, [=](Inputs in) { return f(in[0], in[1], {}, Location::current()); }};
}

Cases conv2d_cases() {
  const Sliding plain = Sliding::plain(2);
  return {
      conv_case("conv2d", {2, 2, 4, 5}, {3, 2, 3, 2}, plain),
      conv_case("conv2d bias", {2, 2, 4, 3}, {3, 2, 2, 2}, plain, true),
      conv_case("conv2d stride", {2, 1, 5, 6}, {2, 1, 2, 3}, {{2, 3}, {0, 0}, {0, 0}, {1, 1}}),
      conv_case("conv2d padding", {1, 2, 3, 3}, {2, 2, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}),
      conv_case("conv2d padding_that_differs", {1, 1, 3, 4}, {2, 1, 2, 3}, {{1, 2}, {0, 2}, {1, 1}, {1, 1}}),
      conv_case("conv2d dilation", {1, 2, 6, 5}, {1, 2, 3, 2}, {{1, 2}, {1, 0}, {0, 1}, {2, 3}}),
      conv_case("conv2d groups", {2, 4, 3, 3}, {6, 2, 2, 2}, {{1, 1}, {0, 0}, {0, 0}, {1, 1}, 2}),
      conv_case("conv2d each_channel_alone", {1, 3, 4, 4}, {3, 1, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, 3}),
      conv_case("conv2d everything", {2, 4, 7, 6}, {4, 2, 2, 3}, {{2, 3}, {1, 2}, {2, 0}, {3, 2}, 2}, true),
      conv_case("conv2d one_by_one", {2, 3, 2, 3}, {4, 3, 1, 1}, plain),
      conv_case("conv2d stride_beyond_the_kernel", {1, 1, 7, 7}, {1, 1, 1, 2},
                {{3, 4}, {0, 0}, {0, 0}, {1, 1}}),
      conv_case("conv2d window_of_padding_alone", {1, 1, 1, 1}, {1, 1, 1, 1},
                {{1, 1}, {2, 1}, {1, 2}, {1, 1}}),
      conv_case("conv2d many_images", {19, 1, 3, 3}, {2, 1, 2, 2}, plain),
      conv_case("conv2d no_images", {0, 2, 3, 3}, {2, 2, 2, 2}, plain),
      conv_case("conv2d no_channels", {2, 0, 3, 3}, {2, 0, 2, 2}, plain),
      conv_case("conv2d no_filters", {2, 2, 3, 3}, {0, 2, 2, 2}, plain),
      conv_case("conv2d nothing_but_padding", {1, 2, 0, 3}, {2, 2, 2, 2}, {{1, 1}, {1, 0}, {1, 0}, {1, 1}}),
  };
}

Cases conv2d_transpose_cases() {
  const Sliding plain = Sliding::plain(2);
  return {
      transpose_case("conv2d_transpose", {2, 3, 2, 3}, {3, 2, 3, 2}, plain),
      transpose_case("conv2d_transpose bias", {2, 3, 2, 2}, {3, 2, 2, 2}, plain, {}, true),
      transpose_case("conv2d_transpose stride", {1, 2, 3, 2}, {2, 1, 2, 3}, {{2, 3}, {0, 0}, {0, 0}, {1, 1}}),
      transpose_case("conv2d_transpose output_padding", {1, 2, 3, 2}, {2, 1, 3, 3},
                     {{2, 3}, {1, 0}, {1, 1}, {1, 1}}, {1, 2}),
      transpose_case("conv2d_transpose dilation", {1, 2, 3, 2}, {2, 1, 2, 3},
                     {{1, 2}, {1, 0}, {0, 1}, {2, 2}}),
      transpose_case("conv2d_transpose groups", {2, 4, 2, 2}, {4, 3, 2, 2},
                     {{1, 1}, {0, 0}, {0, 0}, {1, 1}, 2}),
      transpose_case("conv2d_transpose everything", {2, 4, 3, 3}, {4, 1, 3, 2},
                     {{2, 3}, {1, 0}, {2, 1}, {2, 3}, 2}, {1, 0}, true),
      transpose_case("conv2d_transpose many_images", {17, 1, 2, 2}, {1, 2, 2, 2}, plain),
      transpose_case("conv2d_transpose no_images", {0, 2, 3, 3}, {2, 2, 2, 2}, plain),
  };
}

}  // namespace

Rows convolution_rows() {
  const std::string formula = "y[n,m,o] = b[m] + sum_ck w[m,c,k] x[n,c, o stride + k dilation - padding]";
  const std::string derivative =
      "x: conv_transpose(G, w), w: sum_no G[n,m,o] x[n,c, o stride + k dilation - "
      "padding], b: sum of G";
  const std::string back =
      "y[n,c,i] = b[c] + sum of w[m,c,k] x[n,m,o] over o stride + k dilation - padding = i";
  const std::string of_back =
      "x: conv(G, w), w: sum_no x[n,m,o] G[n,c, o stride + k dilation - padding], b: sum "
      "of G";
  const TensorType x = real({2, 4, 5, 5}), w = real({6, 4, 3, 3});
  const auto smooth = Smoothness::third;
  return {
      {.function = "conv1d",
       .formula = formula,
       .derivative = derivative,
       .cases = {conv_case("conv1d", {2, 2, 5}, {3, 2, 3}, Sliding::plain(1)),
                 conv_case("conv1d no_images", {0, 2, 5}, {3, 2, 3}, Sliding::plain(1)),
                 conv_case("conv1d ones", {1, 1, 4}, {1, 1, 1}, Sliding::plain(1)),
                 conv_case("conv1d everything", {2, 4, 9}, {2, 2, 2}, {{2}, {1}, {2}, {3}, 2}, true)},
       .refused = {of_scalar(conv1d),
                   {{x, w}, [](Inputs in) { return conv1d(in[0], in[1]); }},
                   {{real({2, 2, 5}), real({3, 2})}},
                   {{real({2}), real({3, 2, 1})}, [](Inputs in) { return conv1d(in[0], in[1]); }}},
       .smooth = smooth,
       .multilinear = true,
       .onnx = {"Conv"}},
      {.function = "conv2d",
       .formula = formula,
       .derivative = derivative,
       .cases = conv2d_cases(),
       .refused = {of_scalar(conv2d),
                   {{x, real({6, 3, 3, 3})}},
                   {{x, real({6, 4, 6, 3})}},
                   {{x, real({6, 4, 0, 3})}},
                   {{x, {DType::float32, {6, 4, 3, 3}}}},
                   {{{DType::int32, {2, 4, 5, 5}}, {DType::int32, {6, 4, 3, 3}}}},
                   {{x, w}, conv2d_with({.stride = 0})},
                   {{x, w}, conv2d_with({.stride = {1, 1, 1}})},
                   {{x, w}, conv2d_with({.padding = -1})},
                   {{x, w}, conv2d_with({.padding = {1, 2, 3}})},
                   {{x, w}, conv2d_with({.dilation = 0})},
                   {{x, w}, conv2d_with({.dilation = 3})},
                   {{x, w}, conv2d_with({.groups = 0})},
                   {{x, real({6, 1, 3, 3})}, conv2d_with({.groups = 4})},
                   {{x, w, real({5})}, [](Inputs in) { return conv2d(in[0], in[1], in[2]); }}},
       .smooth = smooth,
       .multilinear = true,
       .onnx = {"Conv"}},
      {.function = "conv3d",
       .formula = formula,
       .derivative = derivative,
       .cases = {conv_case("conv3d", {1, 2, 3, 2, 4}, {2, 2, 2, 1, 3}, Sliding::plain(3)),
                 conv_case("conv3d no_images", {0, 2, 3, 2, 4}, {2, 2, 2, 1, 3}, Sliding::plain(3)),
                 conv_case("conv3d everything", {1, 2, 4, 3, 5}, {2, 1, 2, 2, 2},
                           {{2, 1, 2}, {1, 0, 1}, {0, 1, 1}, {1, 2, 3}, 2}, true)},
       .refused = {of_scalar(conv3d), {{x, w}, [](Inputs in) { return conv3d(in[0], in[1]); }}},
       .smooth = smooth,
       .multilinear = true,
       .onnx = {"Conv"}},
      {.function = "conv1d_transpose",
       .formula = back,
       .derivative = of_back,
       .cases = {transpose_case("conv1d_transpose", {2, 3, 4}, {3, 2, 3}, Sliding::plain(1)),
                 transpose_case("conv1d_transpose no_images", {0, 3, 4}, {3, 2, 3}, Sliding::plain(1)),
                 transpose_case("conv1d_transpose everything", {2, 4, 4}, {4, 1, 2}, {{3}, {1}, {2}, {2}, 2},
                                {2}, true)},
       .refused = {of_scalar(conv1d_transpose), {{real({2, 3, 4}), real({2, 2, 3})}}},
       .smooth = smooth,
       .multilinear = true,
       .onnx = {"ConvTranspose"}},
      {.function = "conv2d_transpose",
       .formula = back,
       .derivative = of_back,
       .cases = conv2d_transpose_cases(),
       .refused = {of_scalar(conv2d_transpose),
                   {{real({2, 6, 1, 1}), w}, conv2d_transpose_with({.padding = 2})},
                   {{real({2, 6, 0, 1}), w}},
                   {{real({2, 6, 5, 5}), w}, conv2d_transpose_with({.stride = 2, .output_padding = 2})},
                   {{real({2, 6, 5, 5}), w}, conv2d_transpose_with({.output_padding = -1})},
                   {{real({2, 6, 5, 5}), w}, conv2d_transpose_with({.groups = 4})}},
       .smooth = smooth,
       .multilinear = true,
       .onnx = {"ConvTranspose"}},
      {.function = "conv3d_transpose",
       .formula = back,
       .derivative = of_back,
       .cases = {transpose_case("conv3d_transpose", {1, 2, 2, 2, 1}, {2, 1, 2, 1, 3}, Sliding::plain(3)),
                 transpose_case("conv3d_transpose no_images", {0, 2, 2, 2, 1}, {2, 1, 2, 1, 3},
                                Sliding::plain(3)),
                 transpose_case("conv3d_transpose everything", {1, 2, 2, 3, 2}, {2, 1, 2, 2, 1},
                                {{2, 1, 2}, {1, 0, 0}, {0, 1, 0}, {1, 2, 3}, 2}, {1, 0, 1}, true)},
       .refused = {of_scalar(conv3d_transpose),
                   {{x, w}, [](Inputs in) { return conv3d_transpose(in[0], in[1]); }}},
       .smooth = smooth,
       .multilinear = true,
       .onnx = {"ConvTranspose"}},
  };
}

}  // namespace gradtable::testing
