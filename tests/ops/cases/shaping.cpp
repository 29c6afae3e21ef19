#include "gradtable/ops/shaping.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

using Axes = std::vector<std::int64_t>;

OpCase reshape_case(const std::string& special, const Shape& from, const Shape& to) {
  const Array x = numbers(from);
  return {"reshape" + special, [=](Inputs in) { return reshape(in[0], to); }, {x}, with_shape(x, to)};
}

OpCase transpose_case(const std::string& special, const Shape& shape, const Axes& axes,
                      const std::vector<std::size_t>& order) {
  const Array x = numbers(shape);
  return {"transpose" + special, [=](Inputs in) { return transpose(in[0], axes); }, {x}, permuted(x, order)};
}

}  // namespace

Rows shaping_rows() {
  return {
      {.function = "reshape",
       .formula = "y: the elements of x in row-major order",
       .derivative = "G in x's shape",
       .cases =
           {
               reshape_case("", {2, 3}, {3, 2}),
               reshape_case(" to_vector", {2, 3}, {6}),
               reshape_case(" scalar", {}, {1, 1}),
               reshape_case(" of_nothing", {0, 3}, {2, 0}),
           },
       .refused = {{{{DType::float64, {2, 4}}}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Reshape"}},
      {.function = "transpose",
       .formula = "y[i_a, i_b, ...] = x[i_0, i_1, ...], axes (a, b, ...)",
       .derivative = "G with the axes back in their order",
       .cases =
           {
               transpose_case("", {2, 3}, {}, {1, 0}),
               transpose_case(" rank_3", {2, 3, 4}, {}, {2, 1, 0}),
               transpose_case(" cycle", {2, 3, 4}, {1, 2, 0}, {1, 2, 0}),
               transpose_case(" last_axis_stays", {2, 3, 4}, {1, 0, 2}, {1, 0, 2}),
               transpose_case(" negative_axes", {2, 3, 4}, {-1, 0, -2}, {2, 0, 1}),
               transpose_case(" one_row", {1, 3}, {}, {1, 0}),
               transpose_case(" scalar", {}, {}, {}),
               transpose_case(" of_nothing", {0, 3}, {}, {1, 0}),
           },
       .refused = {{{{DType::float64, {2, 3}}}, transpose_case("", {2, 3, 4}, {1, 2, 0}, {1, 2, 0}).f}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Transpose"}},
  };
}

}  // namespace gradtable::testing
