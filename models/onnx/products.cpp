// Matrix products.
#include <fmt/format.h>

#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

Tensors product(OnnxNode& node) {
  return {matmul(node.input(0), node.input(1))};
}

Tensor scaled(const Tensor& x, double factor) {
  return factor == 1 ? x : scale(x, factor);
}

// alpha op(A) op(B) + beta C: C is repeated by NumPy's rule, so it is a sum here, which programs compute as
// one gemm where they can.
Tensors gemm_of(OnnxNode& node) {
  const auto flag = [&](std::string_view name) {
    return node.integer(name, 0) != 0 ? Transpose::yes : Transpose::no;
  };
  const Tensor ab = matmul(node.input(0), node.input(1), flag("transA"), flag("transB"));
  const Tensor first = scaled(ab, node.real("alpha", 1));
  const double beta = node.real("beta", 1);
  if (!node.has_input(2)) return {first};
  const Tensor sum = add(first, scaled(node.input(2), beta));
  if (sum.shape() != ab.shape())
    node.refuse(fmt::format("expected C to broadcast to A B, got {}", to_string(node.input(2).shape())));
  return {sum};
}

}  // namespace

std::span<const OnnxConverter> onnx_products() {
  static const OnnxConverter kTable[] = {{"Gemm", 7, gemm_of}, {"MatMul", 1, product}};
  return kTable;
}

}  // namespace gradtable::detail
