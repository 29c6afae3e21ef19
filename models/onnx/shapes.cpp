// The same numbers in other shapes and orders.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

Tensors transposed(OnnxNode& node) {
  return {transpose(node.input(0), node.integers("perm").value_or(std::vector<std::int64_t>()))};
}

}  // namespace

std::span<const OnnxConverter> onnx_shapes() {
  static const OnnxConverter kTable[] = {{"Transpose", 1, transposed}};
  return kTable;
}

}  // namespace gradtable::detail
