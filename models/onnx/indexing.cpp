// Elements by their indices.
#include "gradtable/ops/indexing.hpp"

#include <fmt/format.h>

#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/counting.hpp"
#include "gradtable/models/onnx/detail/integers.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

Tensors gathered(OnnxNode& node) {
  return {gather(node.input(0), node.input(1), node.integer("axis", 0))};
}

// Indices may be of any type, and count from the end where negative; those out of range give a row without a
// one.
Tensors one_hot_rows(OnnxNode& node) {
  const Tensor indices = as_type(node.input(0), DType::float64);
  const double depth = node.input_real(1);
  const double most = static_cast<double>(node.options().largest_tensor / sizeof(double));
  if (!(depth >= 1 && depth <= most))
    node.refuse(fmt::format("expected a depth from 1 to {}, got {}", most, depth));
  const int rank = indices.shape().rank() + 1;
  const std::int64_t axis = node.integer("axis", -1);
  if (axis < -rank || axis >= rank) node.refuse(fmt::format("expected an axis of {}, got {}", rank, axis));
  std::vector<std::int64_t> along_axis(static_cast<std::size_t>(axis < 0 ? -axis : rank - axis), 1);
  along_axis.front() = -1;
  const Tensor places = unsqueeze(where(less(indices, 0.0), indices + depth, indices), {axis});
  const Tensor classes = reshape(counting(node.graph(), static_cast<std::int64_t>(depth)), along_axis);
  const Tensor hot = equal(places, classes);
  const Tensor off_on = node.input(2);
  if (off_on.shape() != Shape{2})
    node.refuse(fmt::format("expected two values, got {}", to_string(off_on.shape())));
  const auto value = [&](std::int32_t i) { return gather(off_on, node.graph().literal(i, DType::int32)); };
  return {where(hot, value(1), value(0))};
}

}  // namespace

std::span<const OnnxConverter> onnx_indexing() {
  static const OnnxConverter kTable[] = {{"Gather", 1, gathered}, {"OneHot", 9, one_hot_rows}};
  return kTable;
}

}  // namespace gradtable::detail
