// The same numbers in other shapes and orders.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/ops/broadcast.hpp"
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
  return {concat(node.inputs(), node.integer("axis"))};
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

// Begins of all axes, then ends.
Tensors padded(OnnxNode& node) {
  const Tensor x = node.input(0);
  const Integers amounts = node.input_integers(1);
  if (const std::string mode = node.text("mode", "constant"); mode != "constant")
    node.refuse(fmt::format("expected the mode constant, got {}", mode));
  const auto rank = static_cast<std::size_t>(x.shape().rank());
  if (amounts.size() != 2 * rank)
    node.refuse(fmt::format("expected two pads for each of {} axes, got {}", rank, amounts.size()));
  std::vector<Padding> paddings;
  for (std::size_t i = 0; i < rank; ++i)
    paddings.push_back({static_cast<std::int64_t>(i), bounded(amounts[i]), bounded(amounts[rank + i])});
  return {pad(x, paddings, node.input_real(2, 0))};
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
