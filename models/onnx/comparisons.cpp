// Truth values, uint8 0 and 1, and what is chosen by them.
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/ops/comparison.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

template <auto function>
Tensors comparison(OnnxNode& node) {
  return {function(node.input(0), node.input(1), Location::current())};
}

Tensors conjunction(OnnxNode& node) {
  return {where(node.input(0), node.input(1), 0.0)};
}

Tensors disjunction(OnnxNode& node) {
  return {where(node.input(0), 1.0, node.input(1))};
}

Tensors negation(OnnxNode& node) {
  return {equal(node.input(0), 0.0)};
}

Tensors chosen(OnnxNode& node) {
  return {where(node.input(0), node.input(1), node.input(2))};
}

}  // namespace

std::span<const OnnxConverter> onnx_comparisons() {
  static const OnnxConverter kTable[] = {
      {"And", 7, conjunction},
      {"Equal", 7, comparison<equal>},
      {"Greater", 7, comparison<greater>},
      {"GreaterOrEqual", 12, comparison<greater_equal>},
      {"Less", 7, comparison<less>},
      {"LessOrEqual", 12, comparison<less_equal>},
      {"Not", 1, negation},
      {"Or", 7, disjunction},
      {"Where", 9, chosen},
      {"Xor", 7, comparison<not_equal>},
  };
  return kTable;
}

}  // namespace gradtable::detail
