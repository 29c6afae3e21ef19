// Sums and the like over axes.
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/integers.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;
using Axes = std::vector<std::int64_t>;

// Axes were an attribute before they became an input: of ReduceSum in opset 13.
Axes axes_of(OnnxNode& node) {
  if (const auto axes = node.integers("axes")) return *axes;
  return node.input_integers(1, Axes());
}

template <Tensor (*function)(const Tensor&, Axes, bool, Location)>
Tensors reduction(OnnxNode& node) {
  const bool keep = node.integer("keepdims", 1) != 0;
  const bool none_is_none = node.integer("noop_with_empty_axes", 0) != 0;
  const Axes axes = axes_of(node);
  const Tensor x = node.input(0);
  if (axes.empty() && none_is_none) return {x};
  return {
      through_reals(x, [&](const Tensor& real) { return function(real, axes, keep, Location::current()); })};
}

}  // namespace

std::span<const OnnxConverter> onnx_reductions() {
  static const OnnxConverter kTable[] = {
      {"ReduceMean", 1, reduction<mean>},
      {"ReduceSum", 1, reduction<sum>},
  };
  return kTable;
}

}  // namespace gradtable::detail
