#include "gradtable/ops/convolution.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/detail/windows/convolving.hpp"
#include "gradtable/ops/detail/windows/correlation.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;
using Extents = std::vector<std::int64_t>;

Shape shape_of(std::int64_t first, std::int64_t second, const Extents& spatial) {
  Extents extents = {first, second};
  extents.insert(extents.end(), spatial.begin(), spatial.end());
  return Shape(extents);
}

Extents spatial_of(const Shape& shape) {
  const auto extents = shape.extents();
  return {extents.begin() + 2, extents.end()};
}

class Conv final : public detail::ConvolvingImages {
 public:
  using ConvolvingImages::ConvolvingImages;
  std::string_view name() const override { return name_of({"conv1d", "conv2d", "conv3d"}); }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const Shape &x = inputs[0].shape, &w = inputs[1].shape;
    const DType dtype = check(inputs, w.rank() > 0 ? w[0] : 0);
    if (x[1] != groups_ * w[1])
      throw ShapeError(fmt::format("expected (N,C,...) and (M,C/{},...), got {} and {}", groups_,
                                   to_string(x), to_string(w)));
    check_bias(inputs, w[0]);
    Extents extents;
    for (int axis = 0; axis < windows_.axes(); ++axis)
      extents.push_back(windows_.fitting(axis, w[axis + 2], x[axis + 2]).count(x[axis + 2]));
    return {dtype, shape_of(x[0], w[0], extents)};
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const detail::Convolution c = convolution(inputs[0].shape(), inputs[1].shape(), output.shape());
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::convolve(c, static_cast<const T*>(inputs[0].data), static_cast<const T*>(inputs[1].data),
                       inputs.size() > 2 ? static_cast<const T*>(inputs[2].data) : nullptr,
                       static_cast<T*>(output.data), planes_of(output.shape(), parts));
    });
  }

  // x: conv_transpose(G, w), w: conv_weights(x, G), b: the sum of G over all axes but that of the channels
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override;

  double flops(std::span<const TensorType> inputs, const TensorType& output) const override {
    return products(inputs[1].shape, positions_of(output.shape));
  }
};

class ConvTranspose final : public detail::ConvolvingImages {
 public:
  ConvTranspose(detail::WindowSettings windows, std::int64_t groups, Extents output_padding)
      : ConvolvingImages(std::move(windows), groups), output_padding_(std::move(output_padding)) {}
  std::string_view name() const override {
    return name_of({"conv1d_transpose", "conv2d_transpose", "conv3d_transpose"});
  }
  std::vector<Attribute> attributes() const override {
    std::vector<Attribute> list = Convolving::attributes();
    list.push_back({"output_padding", output_padding_});
    return list;
  }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const Shape &y = inputs[0].shape, &w = inputs[1].shape;
    const DType dtype = check(inputs, w.rank() > 0 ? w[0] : 0);
    if (y[1] != w[0])
      throw ShapeError(fmt::format("expected (N,M,...) and (M,C/{},...), got {} and {}", groups_,
                                   to_string(y), to_string(w)));
    check_bias(inputs, groups_ * w[1]);
    detail::check_numbers("output padding", output_padding_, static_cast<std::size_t>(windows_.axes()), 0);
    Extents extents;
    for (int axis = 0; axis < windows_.axes(); ++axis)
      extents.push_back(extent(axis, w[axis + 2], y[axis + 2]));
    return {dtype, shape_of(y[0], groups_ * w[1], extents)};
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const detail::Convolution c = convolution(output.shape(), inputs[1].shape(), inputs[0].shape());
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::convolve_transposed(c, static_cast<const T*>(inputs[0].data),
                                  static_cast<const T*>(inputs[1].data),
                                  inputs.size() > 2 ? static_cast<const T*>(inputs[2].data) : nullptr,
                                  static_cast<T*>(output.data), planes_of(output.shape(), parts));
    });
  }

  // x: conv(G, w), w: conv_weights(G, x), b: the sum of G over all axes but that of the channels
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override;

  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return products(inputs[1].shape, positions_of(inputs[0].shape));
  }

 private:
  std::int64_t extent(int axis, std::int64_t kernel, std::int64_t windows) const {
    const detail::Window window = windows_.fitting(axis, kernel, std::numeric_limits<std::int32_t>::max());
    const std::int64_t added = output_padding_[static_cast<std::size_t>(axis)];
    if (added >= window.stride)
      throw ShapeError(
          fmt::format("expected output padding below the stride {}, got {}", window.stride, added));
    const std::int64_t extent =
        (windows - 1) * window.stride + window.span() - window.begin - window.end + added;
    if (windows < 1 || extent < 0)
      throw ShapeError(
          fmt::format("expected a window or more and an output from 0 on, got {} and {} on "
                      "spatial axis {}",
                      windows, extent, axis));
    return extent;
  }

  Extents output_padding_;
};

// w[m,c,k] = sum over n, o of y[n,m,o] x[n,c, o stride + k dilation - padding]: conv's gradient.
class ConvWeights final : public detail::Convolving {
 public:
  ConvWeights(detail::WindowSettings windows, std::int64_t groups, Extents kernel)
      : Convolving(std::move(windows), groups), kernel_(std::move(kernel)) {}
  std::string_view name() const override {
    return name_of({"conv1d_weights", "conv2d_weights", "conv3d_weights"});
  }
  std::vector<Attribute> attributes() const override {
    std::vector<Attribute> list = Convolving::attributes();
    list.push_back({"kernel", kernel_});
    return list;
  }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const Shape &x = inputs[0].shape, &y = inputs[1].shape;
    return {check(inputs, y[1]), shape_of(y[1], x[1] / groups_, kernel_)};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size() == 0 ? 0 : output.shape[0] * output.shape[1];
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const detail::Convolution c = convolution(inputs[0].shape(), output.shape(), inputs[1].shape());
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::convolve_weights(c, static_cast<const T*>(inputs[0].data),
                               static_cast<const T*>(inputs[1].data), static_cast<T*>(output.data), parts);
    });
  }

  // x: conv_transpose(y, G), y: conv(x, G)
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override;

  double flops(std::span<const TensorType> inputs, const TensorType& output) const override {
    return products(output.shape, positions_of(inputs[1].shape));
  }

 private:
  Extents kernel_;
};

// conv_transpose of y back to the extents of x.
Tensor transposed(const detail::WindowSettings& windows, std::int64_t groups, const Tensor& y,
                  const Tensor& w, const Shape& x) {
  Extents rest;
  for (int axis = 0; axis < windows.axes(); ++axis) {
    const detail::Window window = windows.window(axis, w.shape()[axis + 2]);
    rest.push_back((x[axis + 2] + window.begin + window.end - window.span()) % window.stride);
  }
  return apply(std::make_shared<const ConvTranspose>(windows, groups, rest), {y, w}, Location::current());
}

Tensor weights(const detail::WindowSettings& windows, std::int64_t groups, const Tensor& x, const Tensor& y,
               const Shape& w) {
  return apply(std::make_shared<const ConvWeights>(windows, groups, spatial_of(w)), {x, y},
               Location::current());
}

Tensor bias_gradient(const Tensor& gradient) {
  Extents axes = {0};
  for (int axis = 2; axis < gradient.shape().rank(); ++axis) axes.push_back(axis);
  return sum(gradient, axes);
}

Tensor Conv::bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const {
  if (wrt == 0) return transposed(windows_, groups_, gradient, inputs[1], inputs[0].shape());
  if (wrt == 1) return weights(windows_, groups_, inputs[0], gradient, inputs[1].shape());
  return bias_gradient(gradient);
}

Tensor ConvTranspose::bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const {
  if (wrt == 0)
    return apply(std::make_shared<const Conv>(windows_, groups_), {gradient, inputs[1]}, Location::current());
  if (wrt == 1) return weights(windows_, groups_, gradient, inputs[0], inputs[1].shape());
  return bias_gradient(gradient);
}

Tensor ConvWeights::bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const {
  if (wrt == 0) return transposed(windows_, groups_, inputs[1], gradient, inputs[0].shape());
  return apply(std::make_shared<const Conv>(windows_, groups_), {inputs[0], gradient}, Location::current());
}

Tensor conv(int axes, std::initializer_list<Tensor> inputs, const ConvOptions& options, Location at) {
  const detail::WindowSettings windows(axes, options.stride, options.padding, options.dilation);
  return apply(std::make_shared<const Conv>(windows, options.groups), inputs, at);
}

Tensor conv_transpose(int axes, std::initializer_list<Tensor> inputs, const ConvTransposeOptions& options,
                      Location at) {
  const detail::WindowSettings windows(axes, options.stride, options.padding, options.dilation);
  return apply(std::make_shared<const ConvTranspose>(windows, options.groups,
                                                     detail::for_axes(options.output_padding, axes)),
               inputs, at);
}

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& w, const ConvOptions& options, Location at) {
  return conv(1, {x, w}, options, at);
}

Tensor conv2d(const Tensor& x, const Tensor& w, const ConvOptions& options, Location at) {
  return conv(2, {x, w}, options, at);
}

Tensor conv3d(const Tensor& x, const Tensor& w, const ConvOptions& options, Location at) {
  return conv(3, {x, w}, options, at);
}

Tensor conv1d(const Tensor& x, const Tensor& w, const Tensor& b, const ConvOptions& options, Location at) {
  return conv(1, {x, w, b}, options, at);
}

Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& b, const ConvOptions& options, Location at) {
  return conv(2, {x, w, b}, options, at);
}

Tensor conv3d(const Tensor& x, const Tensor& w, const Tensor& b, const ConvOptions& options, Location at) {
  return conv(3, {x, w, b}, options, at);
}

Tensor conv1d_transpose(const Tensor& x, const Tensor& w, const ConvTransposeOptions& options, Location at) {
  return conv_transpose(1, {x, w}, options, at);
}

Tensor conv2d_transpose(const Tensor& x, const Tensor& w, const ConvTransposeOptions& options, Location at) {
  return conv_transpose(2, {x, w}, options, at);
}

Tensor conv3d_transpose(const Tensor& x, const Tensor& w, const ConvTransposeOptions& options, Location at) {
  return conv_transpose(3, {x, w}, options, at);
}

Tensor conv1d_transpose(const Tensor& x, const Tensor& w, const Tensor& b,
                        const ConvTransposeOptions& options, Location at) {
  return conv_transpose(1, {x, w, b}, options, at);
}

Tensor conv2d_transpose(const Tensor& x, const Tensor& w, const Tensor& b,
                        const ConvTransposeOptions& options, Location at) {
  return conv_transpose(2, {x, w, b}, options, at);
}

Tensor conv3d_transpose(const Tensor& x, const Tensor& w, const Tensor& b,
                        const ConvTransposeOptions& options, Location at) {
  return conv_transpose(3, {x, w, b}, options, at);
}

}  // namespace gradtable
