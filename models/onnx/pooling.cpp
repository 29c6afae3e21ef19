// Pooling over windows and over whole images.
#include "gradtable/ops/pooling.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/counting.hpp"
#include "gradtable/models/onnx/detail/integers.hpp"
#include "gradtable/models/onnx/detail/windows.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/slicing.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;
using Integers = std::vector<std::int64_t>;

Tensor largest(const Tensor& x, const OnnxWindows& windows, const MaxPoolOptions& options) {
  if (windows.rank == 1) return max_pool1d(x, windows.kernel, options);
  return windows.rank == 2 ? max_pool2d(x, windows.kernel, options) : max_pool3d(x, windows.kernel, options);
}

// 0, 1, ... in `shape`, in row-major order, or with the first axis the fastest.
Tensor numbered(Graph& graph, const Shape& shape, bool column_major) {
  const Tensor numbers = counting(graph, shape.size());
  Integers extents(shape.extents().begin(), shape.extents().end());
  if (!column_major) return reshape(numbers, extents);
  std::ranges::reverse(extents);
  return transpose(reshape(numbers, extents));
}

// The place of every element of x, its spatial axes in row-major order, or in column-major order.
Tensor places(OnnxNode& node, const Shape& shape, bool column_major) {
  if (shape.size() > std::numeric_limits<std::int32_t>::max())
    node.refuse(fmt::format("expected Indices within int32, got those of {}", to_string(shape)));
  if (shape.size() == 0) return node.graph().constant(Array(DType::int32, shape));
  const Shape image(shape.extents().subspan(2));
  Integers of_images(static_cast<std::size_t>(shape.rank()), 1);
  std::ranges::copy(shape.extents().first(2), of_images.begin());
  const Tensor images = reshape(counting(node.graph(), shape[0] * shape[1]), of_images);
  const Tensor first = scale(images, static_cast<double>(image.size()));
  return cast(add(first, numbered(node.graph(), image, column_major)), DType::int32);
}

// x, padded so that all windows lie in it, and from it the elements at one offset in every window.
class Windowed {
 public:
  Windowed(const Tensor& x, const OnnxWindows& windows, const Shape& output, double value)
      : windows_(windows), output_(output) {
    std::vector<Padding> paddings;
    for (std::size_t i = 0; i < windows.kernel.size(); ++i) {
      const auto axis = static_cast<int>(i) + 2;
      const std::int64_t needed =
          (output[axis] - 1) * windows.stride[i] + (windows.kernel[i] - 1) * windows.dilation[i] + 1;
      paddings.push_back({axis, windows.padding[i], needed - windows.padding[i] - x.shape()[axis]});
    }
    padded_ = pad(x, paddings, value);
  }

  // The offset as a number, its last axis the fastest.
  Tensor at(std::int64_t offset) const {
    std::vector<Slice> slices;
    for (std::size_t i = windows_.kernel.size(); i-- > 0; offset /= windows_.kernel[i]) {
      const std::int64_t start = offset % windows_.kernel[i] * windows_.dilation[i];
      const auto axis = static_cast<int>(i) + 2;
      slices.push_back(
          {axis, start, start + (output_[axis] - 1) * windows_.stride[i] + 1, windows_.stride[i]});
    }
    return slice(padded_, slices);
  }

 private:
  const OnnxWindows& windows_;
  Shape output_;
  Tensor padded_;
};

// Where in x the largest element of each window is: the first one that is larger than those before it.
Tensor places_of_largest(OnnxNode& node, const Tensor& x, const OnnxWindows& windows, const Shape& output) {
  const Windowed elements(x, windows, output, -std::numeric_limits<double>::infinity());
  const Windowed numbers(places(node, x.shape(), node.integer("storage_order", 0) != 0), windows, output, 0);
  constexpr std::int64_t kMostOffsets = 4096;  // each is a few nodes
  std::int64_t count = 1;
  for (const std::int64_t extent : windows.kernel) {
    count = extent > kMostOffsets ? extent : count * extent;
    if (count > kMostOffsets)
      node.refuse(fmt::format("expected windows of at most {} elements with Indices", kMostOffsets));
  }
  Tensor best = elements.at(0), place = numbers.at(0);
  for (std::int64_t offset = 1; offset < count; ++offset) {
    const Tensor element = elements.at(offset);
    const Tensor larger = greater(element, best);
    best = where(larger, element, best);
    place = where(larger, numbers.at(offset), place);
  }
  return place;
}

Tensors max_pooled(OnnxNode& node) {
  const Tensor x = node.input(0);
  OnnxWindows windows = onnx_windows(node, x.shape());
  choose_padding(windows, x.shape());
  const MaxPoolOptions options{windows.stride, windows.padding, windows.dilation,
                               node.integer("ceil_mode", 0) != 0};
  const Tensor y = through_reals(x, [&](const Tensor& real) { return largest(real, windows, options); });
  if (!node.has_output(1)) {
    node.ignore("storage_order");
    return {y};
  }
  return {y, places_of_largest(node, x, windows, y.shape())};
}

Tensors average_pooled(OnnxNode& node) {
  const Tensor x = node.input(0);
  OnnxWindows windows = onnx_windows(node, x.shape());
  if (std::ranges::any_of(windows.dilation, [](std::int64_t dilation) { return dilation != 1; }))
    node.refuse("expected no dilations");
  choose_padding(windows, x.shape());
  const AvgPoolOptions options{windows.stride, windows.padding, node.integer("ceil_mode", 0) != 0,
                               node.integer("count_include_pad", 0) != 0};
  if (windows.rank == 1) return {avg_pool1d(x, windows.kernel, options)};
  return {windows.rank == 2 ? avg_pool2d(x, windows.kernel, options)
                            : avg_pool3d(x, windows.kernel, options)};
}

// Over all spatial axes, which stay as extents of 1.
template <auto function>
Tensors globally(OnnxNode& node) {
  const Tensor x = node.input(0);
  if (x.shape().rank() < 3) node.refuse(fmt::format("expected spatial axes, got {}", to_string(x.shape())));
  Integers axes(static_cast<std::size_t>(x.shape().rank() - 2));
  std::iota(axes.begin(), axes.end(), 2);
  return {function(x, axes, true, Location::current())};
}

}  // namespace

std::span<const OnnxConverter> onnx_pooling() {
  static const OnnxConverter kTable[] = {{"AveragePool", 7, average_pooled},
                                         {"GlobalAveragePool", 1, globally<mean>},
                                         {"GlobalMaxPool", 1, globally<max>},
                                         {"MaxPool", 1, max_pooled}};
  return kTable;
}

}  // namespace gradtable::detail
