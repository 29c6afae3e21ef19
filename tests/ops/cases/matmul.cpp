#include "gradtable/ops/matmul.hpp"

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

// Element by element: the matrices at each place of the stacks, which broadcast, and the sums of their
// products. `shape` is that of C with the axes of 1 that vectors have in it, `result` without them.
OpCase stacks_case(const std::string& special, const Shape& a, Transpose ta, const Shape& b, Transpose tb,
                   const Shape& shape, const Shape& result) {
  const Array left = numbers(a), right = numbers(b, 0.4);
  const Array rows = a.rank() == 1 ? with_shape(left, {1, a[0]}) : left;
  const Array columns = b.rank() == 1 ? with_shape(right, {b[0], 1}) : right;
  const std::int64_t terms = rows.shape()[ta == kYes ? -2 : -1];
  const auto element = [&](const Index& ij) {
    Index from = ij, to = ij;
    const std::size_t i = ij.size() - 2, j = ij.size() - 1;
    double sum = 0;
    for (std::int64_t k = 0; k < terms; ++k) {
      from[i] = ta == kYes ? k : ij[i];
      from[j] = ta == kYes ? ij[i] : k;
      to[i] = tb == kYes ? ij[j] : k;
      to[j] = tb == kYes ? k : ij[j];
      sum += at(rows, from) * at(columns, to);
    }
    return sum;
  };
  return {"matmul" + special,
          [=](Inputs x) { return matmul(x[0], x[1], ta, tb); },
          {left, right},
          with_shape(computed(shape, element), result)};
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

OpCase dot_case(const std::string& special, std::int64_t n) {
  const Array a = numbers({n}), b = numbers({n}, 0.4);
  const Array products = mapped(a, b, {n}, [](double x, double y) { return x * y; });
  return {"dot" + special, [](Inputs in) { return dot(in[0], in[1]); }, {a, b}, summed(products, {})};
}

OpCase outer_case(const std::string& special, std::int64_t m, std::int64_t n) {
  const Array a = numbers({m}), b = numbers({n}, 0.4);
  return {"outer" + special,
          [](Inputs in) { return outer(in[0], in[1]); },
          {a, b},
          computed({m, n}, [&](const Index& ij) { return at(a, {ij[0]}) * at(b, {ij[1]}); })};
}

OpCase add_bias_case(const std::string& special, const Shape& shape) {
  const Array x = numbers(shape), b = numbers({shape[-1]}, 0.4);
  return {"add_bias" + special,
          [](Inputs in) { return add_bias(in[0], in[1]); },
          {x, b},
          mapped(x, b, shape, [](double v, double bias) { return v + bias; })};
}

}  // namespace

Rows matmul_rows() {
  const auto real = [](const Shape& shape) { return TensorType{DType::float64, shape}; };
  return {
      {.function = "matmul",
       .formula = "C = op(A) op(B), for each place of axes before the last two",
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
               matmul_case(" larger", {9, 11}, kNo, {11, 8}, kNo),
               matmul_case(" larger_transpose_both", {11, 9}, kYes, {8, 11}, kYes),
               matmul_case(" sum_of_nothing", {2, 0}, kNo, {0, 3}, kNo),
               stacks_case(" stacks", {2, 2, 3}, kNo, {2, 3, 4}, kNo, {2, 2, 4}, {2, 2, 4}),
               stacks_case(" stacks_transpose_a", {2, 3, 2}, kYes, {2, 3, 4}, kNo, {2, 2, 4}, {2, 2, 4}),
               stacks_case(" stacks_transpose_b", {2, 2, 3}, kNo, {2, 4, 3}, kYes, {2, 2, 4}, {2, 2, 4}),
               stacks_case(" stacks_transpose_both", {2, 3, 2}, kYes, {2, 4, 3}, kYes, {2, 2, 4}, {2, 2, 4}),
               stacks_case(" stacks_that_broadcast", {2, 1, 2, 3}, kNo, {3, 3, 2}, kNo, {2, 3, 2, 2},
                           {2, 3, 2, 2}),
               stacks_case(" one_matrix_on_the_left", {2, 3}, kNo, {2, 3, 2}, kNo, {2, 2, 2}, {2, 2, 2}),
               stacks_case(" one_matrix_on_the_right", {2, 2, 3}, kNo, {3, 4}, kNo, {2, 2, 4}, {2, 2, 4}),
               stacks_case(" one_transposed_on_the_right", {2, 2, 3}, kNo, {4, 3}, kYes, {2, 2, 4},
                           {2, 2, 4}),
               stacks_case(" transposed_stack_and_one", {2, 3, 2}, kYes, {3, 2}, kNo, {2, 2, 2}, {2, 2, 2}),
               stacks_case(" vector_and_matrix", {3}, kNo, {3, 2}, kNo, {1, 2}, {2}),
               stacks_case(" matrix_and_vector", {2, 3}, kNo, {3}, kNo, {2, 1}, {2}),
               stacks_case(" transposed_and_vector", {3, 2}, kYes, {3}, kNo, {2, 1}, {2}),
               stacks_case(" vectors", {3}, kNo, {3}, kNo, {1, 1}, {}),
               stacks_case(" vector_and_stack", {3}, kNo, {2, 3, 2}, kNo, {2, 1, 2}, {2, 2}),
               stacks_case(" stack_and_vector", {2, 2, 3}, kNo, {3}, kNo, {2, 2, 1}, {2, 2}),
               stacks_case(" no_matrices", {0, 2, 3}, kNo, {1, 3, 2}, kNo, {0, 2, 2}, {0, 2, 2}),
               stacks_case(" stacks_of_sums_of_nothing", {2, 2, 0}, kNo, {2, 0, 3}, kNo, {2, 2, 3},
                           {2, 2, 3}),
               stacks_case(" stacks_without_columns", {2, 2, 3}, kNo, {2, 3, 0}, kNo, {2, 2, 0}, {2, 2, 0}),
           },
       .refused = {{{real({2, 3}), real({4, 3})}},
                   {{real({2, 2, 3}), real({3, 3, 4})}},
                   {{real({2, 3}), real({4})}},
                   {{real({}), real({2})}},
                   {{real({2, 3}), {DType::float32, {3, 4}}}},
                   {{{DType::int32, {2, 2}}, {DType::int32, {2, 2}}}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"MatMul"}},
      {.function = "dot",
       .formula = "c = sum of a_i b_i",
       .derivative = "a: G b, b: G a",
       .cases =
           {
               dot_case("", 3),
               dot_case(" one", 1),
               dot_case(" of_nothing", 0),
               dot_case(" long", 67),
           },
       .refused = {{{real({2}), real({3})}}, {{real({1, 2}), real({2})}}, {{real({}), real({})}}},
       .smooth = Smoothness::third,
       .multilinear = true},
      {.function = "outer",
       .formula = "C[i, j] = a_i b_j",
       .derivative = "a: G b, b: G^T a",
       .cases =
           {
               outer_case("", 3, 2),
               outer_case(" alike", 3, 3),
               outer_case(" one", 1, 4),
               outer_case(" of_nothing", 0, 2),
               outer_case(" larger", 5, 67),
           },
       .refused = {{{real({2}), real({3, 1})}}, {{real({}), real({2})}}},
       .smooth = Smoothness::third,
       .multilinear = true},
      {.function = "gemm",
       .formula = "D = alpha op(A) op(B) + beta C",
       .derivative = "A, B: alpha times those of matmul, C: beta G",
       .cases =
           {
               gemm_case("", {2, 3}, kNo, {3, 4}, kNo),
               gemm_case(" transpose_a", {3, 2}, kYes, {3, 4}, kNo),
               gemm_case(" transpose_b", {2, 3}, kNo, {4, 3}, kYes),
               gemm_case(" transpose_both", {3, 2}, kYes, {4, 3}, kYes),
               gemm_case(" one_row", {1, 3}, kNo, {3, 4}, kNo),
               gemm_case(" one_column", {4, 3}, kNo, {1, 3}, kYes),
               gemm_case(" larger", {9, 11}, kNo, {11, 8}, kNo),
               gemm_case(" no_rows", {0, 3}, kNo, {3, 2}, kNo),
               gemm_case(" sum_of_nothing", {2, 0}, kNo, {0, 3}, kNo),
           },
       .refused = {{{real({2, 3}), real({3, 4}), real({2, 3})}},
                   {{real({}), real({3, 4}), real({3, 4})}},
                   {{real({2, 3}), real({4, 3}), real({2, 4})}}},
       .smooth = Smoothness::third,
       .multilinear = true,
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
       .smooth = Smoothness::third,
       .multilinear = true},
  };
}

}  // namespace gradtable::testing
