// The same numbers in other shapes and orders.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/text.hpp"
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
Integers squeezed_axes(OnnxNode& node) {
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
  return {squeeze(node.input(0), squeezed_axes(node))};
}

Tensors unsqueezed(OnnxNode& node) {
  const Integers axes = squeezed_axes(node);
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

// From opset 18 on: num_outputs parts of one size, but for the last one, which may be smaller.
Integers sizes_of_parts(OnnxNode& node, const Shape& shape, std::int64_t axis) {
  const std::int64_t count = node.integer("num_outputs");
  if (count != static_cast<std::int64_t>(node.output_count()) || axis < -shape.rank() || axis >= shape.rank())
    node.refuse(fmt::format("expected num_outputs {} and an axis of {}, got {} and {}", node.output_count(),
                            to_string(shape), count, axis));
  const std::int64_t extent = shape[static_cast<int>(axis < 0 ? axis + shape.rank() : axis)];
  Integers sizes(node.output_count(), (extent + count - 1) / count);
  sizes.back() = extent - (count - 1) * sizes.back();
  return sizes;
}

Tensors split_up(OnnxNode& node) {
  const Tensor x = node.input(0);
  const std::int64_t axis = node.integer("axis", 0);
  const Integers sizes =
      node.opset() < 13 ? node.integers("split").value_or(Integers()) : node.input_integers(1, Integers());
  if (node.has("num_outputs") && !sizes.empty()) node.refuse("expected sizes or num_outputs, got both");
  if (node.has("num_outputs")) return split(x, sizes_of_parts(node, x.shape(), axis), axis);
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

// Places along an axis of x, which may lie outside of it: from begin up to end.
struct Places {
  const Tensor& x;
  std::int64_t axis;
  std::int64_t begin, end;

  std::int64_t extent() const { return x.shape()[static_cast<int>(axis)]; }
  Tensor part(std::int64_t first, std::int64_t last) const { return slice(x, {{axis, first, last}}); }
};

// Places outside of x are the nearest in it.
Tensors nearest(const Places& places) {
  const std::int64_t extent = places.extent();
  Tensors pieces;
  const auto repeat = [&](std::int64_t place, std::int64_t count) {
    std::vector<std::int64_t> extents(places.x.shape().extents().begin(), places.x.shape().extents().end());
    extents[static_cast<std::size_t>(places.axis)] = count;
    if (count > 0) pieces.push_back(broadcast_to(places.part(place, place + 1), Shape(extents)));
  };
  repeat(0, std::min<std::int64_t>(places.end, 0) - places.begin);
  const std::int64_t first = std::max<std::int64_t>(places.begin, 0), last = std::min(places.end, extent);
  if (first < last) pieces.push_back(places.part(first, last));
  repeat(extent - 1, places.end - std::max(places.begin, extent));
  return pieces;
}

// Places outside of x are mirror images at its first and last element: x forwards up to the last element,
// backwards up to the first one, and so on.
Tensors mirrored(OnnxNode& node, const Places& places) {
  constexpr std::int64_t kMostImages = 4096;  // each is a node
  const std::int64_t turn = places.extent() - 1, period = 2 * turn;
  if ((places.end - places.begin) / turn > kMostImages)
    node.refuse(fmt::format("expected at most {} mirror images of an axis, got {} places from {}",
                            kMostImages, places.end - places.begin, places.extent()));
  Tensors pieces;
  for (std::int64_t i = places.begin; i < places.end;) {
    const std::int64_t at = (i % period + period) % period;
    const std::int64_t count = std::min((at < turn ? turn : period) - at, places.end - i);
    if (at < turn)
      pieces.push_back(places.part(at, at + count));
    else
      pieces.push_back(slice(places.x, {{places.axis, period - at, period - at - count, -1}}));
    i += count;
  }
  return pieces;
}

Tensor padded_from_inside(OnnxNode& node, const Tensor& x, const Padding& padding, bool mirror) {
  const Places places{x, padding.axis, -padding.before,
                      x.shape()[static_cast<int>(padding.axis)] + padding.after};
  if (places.extent() == 0 || places.end < places.begin)
    node.refuse(fmt::format("expected an extent from 1 and a padded one from 0, got {} and {}",
                            places.extent(), places.end - places.begin));
  if (places.end == places.begin) return places.part(0, 0);
  return concat(mirror && places.extent() > 1 ? mirrored(node, places) : nearest(places), padding.axis);
}

// Begins of the axes, all unless input 3 names some, then ends.
std::vector<Padding> paddings_of(OnnxNode& node, const Shape& shape) {
  const Integers amounts = node.input_integers(1);
  Integers all_axes(static_cast<std::size_t>(shape.rank()));
  std::iota(all_axes.begin(), all_axes.end(), 0);
  const Integers axes = node.input_integers(3, all_axes);
  if (amounts.size() != 2 * axes.size())
    node.refuse(fmt::format("expected two pads for each of {} axes, got {}", axes.size(), amounts.size()));
  std::vector<Padding> paddings;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] < -shape.rank() || axes[i] >= shape.rank())
      node.refuse(fmt::format("expected axes of {}, got {}", to_string(shape), axes[i]));
    const std::int64_t axis = axes[i] < 0 ? axes[i] + shape.rank() : axes[i];
    paddings.push_back({axis, bounded(amounts[i]), bounded(amounts[axes.size() + i])});
  }
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
