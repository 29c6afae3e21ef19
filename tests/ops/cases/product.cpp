#include "gradtable/ops/product.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

constexpr auto kNo = Transpose::no, kYes = Transpose::yes;

OpCase matmul_case(const std::string& special, const Shape& a, Transpose ta, const Shape& b, Transpose tb) {
  const Array left = numbers(a), right = numbers(b, 0.4);
  return {"matmul" + special,
          [=](Inputs x) { return matmul(x[0], x[1], ta, tb); },
          {left, right},
          product(left, ta == kYes, right, tb == kYes)};
}

OpCase gemm_case(const std::string& special, const Shape& a, Transpose ta, const Shape& b, Transpose tb) {
  const Array left = numbers(a), right = numbers(b, 0.4);
  const Array sum = product(left, ta == kYes, right, tb == kYes), c = numbers(sum.shape(), 0.8);
  const GemmOptions options{.alpha = -0.5, .beta = 0.75, .transpose_a = ta, .transpose_b = tb};
  return {"gemm" + special,
          [=](Inputs x) { return gemm(x[0], x[1], x[2], options); },
          {left, right, c},
          mapped(sum, c, sum.shape(), [](double ab, double cc) { return -0.5 * ab + 0.75 * cc; })};
}

OpCase add_bias_case(const std::string& special, const Shape& shape) {
  const Array x = numbers(shape), b = numbers({shape[-1]}, 0.4);
  return {"add_bias" + special,
          [](Inputs in) { return add_bias(in[0], in[1]); },
          {x, b},
          mapped(x, b, shape, [](double v, double bias) { return v + bias; })};
}

}  // namespace

Rows product_rows() {
  const auto real = [](const Shape& shape) { return TensorType{DType::float64, shape}; };
  return {
      {.function = "matmul",
       .formula = "C = op(A) op(B)",
       .derivative = "A: G op(B)^T, B: op(A)^T G; transposed where the flag is set",
       .cases =
           {
               matmul_case("", {2, 3}, kNo, {3, 4}, kNo),
               matmul_case(" transpose_a", {3, 2}, kYes, {3, 4}, kNo),
               matmul_case(" transpose_b", {2, 3}, kNo, {4, 3}, kYes),
               matmul_case(" transpose_both", {3, 2}, kYes, {4, 3}, kYes),
               matmul_case(" square", {3, 3}, kNo, {3, 3}, kNo),
               matmul_case(" square_transpose_a", {3, 3}, kYes, {3, 3}, kNo),
               matmul_case(" square_transpose_b", {3, 3}, kNo, {3, 3}, kYes),
               matmul_case(" square_transpose_both", {3, 3}, kYes, {3, 3}, kYes),
               matmul_case(" one_row", {1, 3}, kNo, {3, 4}, kNo),
               matmul_case(" one_column", {4, 3}, kNo, {3, 1}, kNo),
               matmul_case(" inner_product", {1, 3}, kNo, {1, 3}, kYes),
               matmul_case(" outer_product", {3, 1}, kNo, {1, 4}, kNo),
               matmul_case(" no_rows", {0, 3}, kNo, {3, 2}, kNo),
               matmul_case(" no_columns", {2, 3}, kNo, {0, 3}, kYes),
               matmul_case(" sum_of_nothing", {2, 0}, kNo, {0, 3}, kNo),
           },
       .refused = {{{real({2, 3}), real({4, 3})}},
                   {{real({2, 3}), {DType::float32, {3, 4}}}},
                   {{{DType::int32, {2, 2}}, {DType::int32, {2, 2}}}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"MatMul"}},
      {.function = "gemm",
       .formula = "D = alpha op(A) op(B) + beta C",
       .derivative = "A, B: alpha times those of matmul, C: beta G",
       .cases =
           {
               gemm_case("", {2, 3}, kNo, {3, 4}, kNo),
               gemm_case(" transpose_a", {3, 2}, kYes, {3, 4}, kNo),
               gemm_case(" transpose_b", {2, 3}, kNo, {4, 3}, kYes),
               gemm_case(" transpose_both", {3, 2}, kYes, {4, 3}, kYes),
               gemm_case(" no_rows", {0, 3}, kNo, {3, 2}, kNo),
               gemm_case(" sum_of_nothing", {2, 0}, kNo, {0, 3}, kNo),
           },
       .refused = {{{real({2, 3}), real({3, 4}), real({2, 3})}},
                   {{real({2, 3}), real({4, 3}), real({2, 4})}}},
       .smooth = Smoothness::third,
       .onnx = {"Gemm"}},
      {.function = "add_bias",
       .formula = "Y = X + 1 b^T",
       .derivative = "X: G, b: the sum of G's rows",
       .cases =
           {
               add_bias_case("", {4, 3}),
               add_bias_case(" one_row", {1, 3}),
               add_bias_case(" vector", {3}),
               add_bias_case(" rank_3", {2, 3, 4}),
               add_bias_case(" no_rows", {0, 3}),
               add_bias_case(" no_columns", {2, 0}),
           },
       .refused = {{{real({2, 3}), real({4})}}, {{real({}), real({1})}}, {{real({2, 3}), real({2, 3})}}},
       .smooth = Smoothness::third},
  };
}

}  // namespace gradtable::testing
