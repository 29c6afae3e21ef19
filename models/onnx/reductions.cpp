// Reductions over axes.
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/integers.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/slicing.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;
using Axes = std::vector<std::int64_t>;

// An attribute, but for ReduceSum from opset 13 on, where it is input 1.
Axes axes_of(OnnxNode& node) {
  if (const auto axes = node.integers("axes")) return *axes;
  return node.input_integers(1, Axes());
}

Tensor sum_of_absolutes(const Tensor& x, const Axes& axes, bool keep, Location at) {
  return sum(abs(x), axes, keep, at);
}

Tensor sum_of_squares(const Tensor& x, const Axes& axes, bool keep, Location at) {
  return sum(square(x), axes, keep, at);
}

Tensor log_of_sum(const Tensor& x, const Axes& axes, bool keep, Location at) {
  return log(sum(x, axes, keep, at));
}

template <auto function>
Tensors reduction(OnnxNode& node) {
  const bool keep = node.integer("keepdims", 1) != 0;
  const bool none_is_none = node.integer("noop_with_empty_axes", 0) != 0;
  const Axes axes = axes_of(node);
  const Tensor x = node.input(0);
  if (axes.empty() && none_is_none) return {x};
  return {
      through_reals(x, [&](const Tensor& real) { return function(real, axes, keep, Location::current()); })};
}

// The last of equal ones is the first one of the reversed axis.
template <auto function>
Tensors place(OnnxNode& node) {
  const std::int64_t axis = node.integer("axis", 0);
  const bool keep = node.integer("keepdims", 1) != 0;
  const Tensor x = node.input(0);
  if (node.integer("select_last_index", 0) == 0) return {function(x, axis, keep, Location::current())};
  const Tensor reversed = function(slice(x, {{.axis = axis, .step = -1}}), axis, keep, Location::current());
  const auto last = static_cast<double>(x.shape()[static_cast<int>(axis)] - 1);
  return {through_reals(reversed, [&](const Tensor& i) { return last - i; })};
}

}  // namespace

std::span<const OnnxConverter> onnx_reductions() {
  static const OnnxConverter kTable[] = {
      {"ArgMax", 1, place<argmax>},
      {"ArgMin", 1, place<argmin>},
      {"ReduceL1", 1, reduction<sum_of_absolutes>},
      {"ReduceL2", 1, reduction<norm>},
      {"ReduceLogSum", 1, reduction<log_of_sum>},
      {"ReduceLogSumExp", 1, reduction<logsumexp>},
      {"ReduceMax", 1, reduction<max>},
      {"ReduceMean", 1, reduction<mean>},
      {"ReduceMin", 1, reduction<min>},
      {"ReduceProd", 1, reduction<prod>},
      {"ReduceSum", 1, reduction<sum>},
      {"ReduceSumSquare", 1, reduction<sum_of_squares>},
  };
  return kTable;
}

}  // namespace gradtable::detail
