// The same numbers in other shapes and orders.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/slicing.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;
using Integers = std::vector<std::int64_t>;

// An attribute before opset 13, then input 1.
Integers axes_of(OnnxNode& node) {
  if (node.opset() < 13) return node.integers("axes").value_or(Integers());
  return node.input_integers(1, Integers());
}

// An extent of 0 is that of x, unless allowzero says that it is 0.
Tensors reshaped(OnnxNode& node) {
  const Tensor x = node.input(0);
  Integers extents = node.input_integers(1);
  const bool zero_is_zero = node.integer("allowzero", 0) != 0;
  for (std::size_t i = 0; i < extents.size() && !zero_is_zero; ++i) {
    if (extents[i] != 0) continue;
    if (i >= static_cast<std::size_t>(x.shape().rank()))
      node.refuse(fmt::format("expected extents of 0 at axes of {} only, got ({})", to_string(x.shape()),
                              fmt::join(extents, ",")));
    extents[i] = x.shape()[static_cast<int>(i)];
  }
  return {reshape(x, extents)};
}

Tensors flattened(OnnxNode& node) {
  return {flatten(node.input(0), node.integer("axis", 1))};
}

Tensors transposed(OnnxNode& node) {
  return {transpose(node.input(0), node.integers("perm").value_or(Integers()))};
}

Tensors squeezed(OnnxNode& node) {
  return {squeeze(node.input(0), axes_of(node))};
}

Tensors unsqueezed(OnnxNode& node) {
  const Integers axes = axes_of(node);
  if (axes.empty()) node.refuse("expected axes, got none");
  return {unsqueeze(node.input(0), axes)};
}

// Extents of 1 may stand on both sides.
Tensors expanded(OnnxNode& node) {
  const Tensor x = node.input(0);
  const Shape target(node.input_integers(1));
  const auto shape = broadcast_shapes(x.shape(), target);
  if (!shape)
    node.refuse(fmt::format("expected shapes that broadcast, got {} and {}", to_string(x.shape()),
                            to_string(target)));
  return {broadcast_to(x, *shape)};
}

Tensors concatenated(OnnxNode& node) {
  const Tensors tensors = node.inputs();
  if (tensors.empty()) node.refuse("expected at least one input, got none");
  return {concat(tensors, node.integer("axis"))};
}

Tensors split_up(OnnxNode& node) {
  const Tensor x = node.input(0);
  const std::int64_t axis = node.integer("axis", 0);
  const Integers sizes =
      node.opset() < 13 ? node.integers("split").value_or(Integers()) : node.input_integers(1, Integers());
  if (sizes.empty()) return chunk(x, static_cast<std::int64_t>(node.output_count()), axis);
  if (sizes.size() != node.output_count())
    node.refuse(
        fmt::format("expected a size for each of {} outputs, got {}", node.output_count(), sizes.size()));
  return split(x, sizes, axis);
}

// What is further than this is beyond every end.
std::int64_t bounded(std::int64_t index) {
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  return std::clamp(index, -kFar, kFar);
}

Tensors sliced(OnnxNode& node) {
  const Integers starts = node.input_integers(1);
  const Integers ends = node.input_integers(2);
  Integers first_axes(starts.size());
  std::iota(first_axes.begin(), first_axes.end(), 0);
  const Integers axes = node.input_integers(3, first_axes);
  const Integers steps = node.input_integers(4, Integers(starts.size(), 1));
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    node.refuse(fmt::format("expected as many starts, ends, axes and steps, got {}, {}, {} and {}",
                            starts.size(), ends.size(), axes.size(), steps.size()));
  std::vector<Slice> slices;
  for (std::size_t i = 0; i < starts.size(); ++i)
    slices.push_back({axes[i], bounded(starts[i]), bounded(ends[i]), bounded(steps[i])});
  return {slice(node.input(0), slices)};
}

// The place in an axis that place i outside of it stands for: the nearest, or its mirror image.
std::int64_t inside(std::int64_t i, std::int64_t extent, bool mirrored) {
  if (!mirrored || extent == 1) return std::clamp<std::int64_t>(i, 0, extent - 1);
  const std::int64_t period = 2 * (extent - 1);
  const std::int64_t j = ((i % period) + period) % period;
  return std::min(j, period - j);
}

Tensor padded_from_inside(OnnxNode& node, const Tensor& x, const Padding& padding, bool mirrored) {
  const std::int64_t extent = x.shape()[static_cast<int>(padding.axis)];
  const std::int64_t count = padding.before + extent + padding.after;
  const auto most = static_cast<std::int64_t>(node.options().largest_tensor / sizeof(std::int32_t));
  if (extent == 0 || count < 0 || count > most)
    node.refuse(
        fmt::format("expected an extent from 1 and a padded one to {}, got {} and {}", most, extent, count));
  Array places(DType::int32, Shape{count});
  for (std::int64_t i = 0; i < count; ++i)
    places.as<std::int32_t>()[static_cast<std::size_t>(i)] =
        static_cast<std::int32_t>(inside(i - padding.before, extent, mirrored));
  return gather(x, node.graph().constant(std::move(places)), padding.axis);
}

// Begins of all axes, then ends.
std::vector<Padding> paddings_of(OnnxNode& node, const Shape& shape) {
  const Integers amounts = node.input_integers(1);
  const auto rank = static_cast<std::size_t>(shape.rank());
  if (amounts.size() != 2 * rank)
    node.refuse(fmt::format("expected two pads for each of {} axes, got {}", rank, amounts.size()));
  std::vector<Padding> paddings;
  for (std::size_t i = 0; i < rank; ++i)
    paddings.push_back({static_cast<std::int64_t>(i), bounded(amounts[i]), bounded(amounts[rank + i])});
  return paddings;
}

Tensors padded(OnnxNode& node) {
  Tensor x = node.input(0);
  const std::vector<Padding> paddings = paddings_of(node, x.shape());
  const double value = node.input_real(2, 0);
  const std::string mode = node.text("mode", "constant");
  if (mode == "constant") return {pad(x, paddings, value)};
  if (mode != "edge" && mode != "reflect")
    node.refuse(fmt::format("expected the mode constant, edge or reflect, got {}", printable(mode, 80)));
  for (const Padding& padding : paddings)
    if (padding.before != 0 || padding.after != 0)
      x = padded_from_inside(node, x, padding, mode == "reflect");
  return {x};
}

}  // namespace

std::span<const OnnxConverter> onnx_shapes() {
  static const OnnxConverter kTable[] = {
      {"Concat", 4, concatenated},  {"Expand", 8, expanded},  {"Flatten", 1, flattened},
      {"Pad", 11, padded},          {"Reshape", 5, reshaped}, {"Slice", 10, sliced},
      {"Split", 2, split_up},       {"Squeeze", 1, squeezed}, {"Transpose", 1, transposed},
      {"Unsqueeze", 1, unsqueezed},
  };
  return kTable;
}

}  // namespace gradtable::detail
