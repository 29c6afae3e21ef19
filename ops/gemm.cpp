// alpha op(A) op(B) + beta C, and products cut along their sums: what programs make of products.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/patterns/matmul.hpp"

namespace gradtable {

namespace detail {

std::vector<Attribute> Gemm::attributes() const {
  return {{"alpha", alpha_}, {"beta", beta_}, {"transpose_a", a_transposed_}, {"transpose_b", b_transposed_}};
}

TensorType Gemm::infer(std::span<const TensorType> inputs) const {
  const TensorType product = infer_product(inputs.first(2));
  if (inputs[2] != product)
    throw ShapeError(
        fmt::format("expected {} to add the product to, got {}", to_string(product), to_string(inputs[2])));
  return product;
}

void Gemm::forward(std::span<const ConstView> inputs, const View& output, Parts parts) const {
  const std::size_t row = static_cast<std::size_t>(output.shape()[1]) * size_of(output.dtype());
  const auto begin = static_cast<std::size_t>(parts.begin) * row,
             end = static_cast<std::size_t>(parts.end) * row;
  if (inputs[2].data != output.data && end > begin)
    std::copy(static_cast<const std::byte*>(inputs[2].data) + begin,
              static_cast<const std::byte*>(inputs[2].data) + end,
              static_cast<std::byte*>(output.data) + begin);
  const TensorType types[] = {inputs[0].type, inputs[1].type};
  multiply(inputs[0], inputs[1], output, parts, {0, depth(types)}, alpha_, beta_);
}

// As for matmul, times alpha; dC'/dC = beta
Tensor Gemm::bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
                   std::size_t wrt) const {
  if (wrt == 2) return scale(gradient, beta_);
  return scale(MatMul(a_transposed(), b_transposed()).bprop(inputs.first(2), output, gradient, wrt), alpha_);
}

std::vector<Attribute> PartialProducts::attributes() const {
  return {{"count", count_}, {"transpose_a", a_transposed_}, {"transpose_b", b_transposed_}};
}

TensorType PartialProducts::infer(std::span<const TensorType> inputs) const {
  const TensorType product = infer_product(inputs);
  return {product.dtype, {count_, product.shape[0], product.shape[1]}};
}

bool PartialProducts::reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                                      const TensorType&) const {
  const bool even = depth(inputs) % count_ == 0;
  return even && (input == 0 ? a_transposed_ : !b_transposed_);
}

void PartialProducts::forward(std::span<const ConstView> inputs, const View& output, Parts parts) const {
  const TensorType types[] = {inputs[0].type, inputs[1].type};
  const std::int64_t terms = depth(types), rows = output.shape()[1];
  const TensorType slice{output.dtype(), output.shape().last(2)};
  for (std::int64_t i = parts.begin; i < parts.end; ++i) {
    auto* first = static_cast<std::byte*>(output.data) + static_cast<std::size_t>(i) * slice.bytes();
    multiply(inputs[0], inputs[1], {slice, first}, {0, rows}, {terms * i / count_, terms * (i + 1) / count_});
  }
}

Tensor partial_products(const Tensor& a, const Tensor& b, std::int64_t count, Transpose a_transposed,
                        Transpose b_transposed, Location at) {
  return apply(std::make_shared<const PartialProducts>(count, a_transposed, b_transposed), {a, b}, at);
}

}  // namespace detail

Tensor gemm(const Tensor& a, const Tensor& b, const Tensor& c, const GemmOptions& options, Location at) {
  return apply(std::make_shared<const detail::Gemm>(options.alpha, options.beta, options.transpose_a,
                                                    options.transpose_b),
               {a, b, c}, at);
}

}  // namespace gradtable
