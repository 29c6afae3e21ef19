#include "gradtable/ops/broadcast.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

OpCase sum_to_case(const std::string& special, const Shape& from, const Shape& to) {
  const Array x = numbers(from);
  return {"sum_to" + special, [=](Inputs in) { return sum_to(in[0], to); }, {x}, summed(x, to)};
}

OpCase broadcast_to_case(const std::string& special, const Shape& from, const Shape& to) {
  const Array x = numbers(from);
  return {"broadcast_to" + special, [=](Inputs in) { return broadcast_to(in[0], to); }, {x}, repeated(x, to)};
}

}  // namespace

Rows broadcast_rows() {
  return {
      {.function = "broadcast_to",
       .formula = "y = x repeated to a shape",
       .derivative = "G summed over the repetitions",
       .cases =
           {
               broadcast_to_case("", {3}, {2, 3}),
               broadcast_to_case(" column", {2, 1}, {2, 3}),
               broadcast_to_case(" scalar", {}, {2, 3}),
               broadcast_to_case(" several_axes", {3, 1}, {2, 3, 4}),
               broadcast_to_case(" larger", {13, 1, 7}, {13, 5, 7}),
               broadcast_to_case(" of_nothing", {0, 1}, {2, 0, 3}),
               broadcast_to_case(" to_nothing", {1, 3}, {0, 3}),
               {"broadcast_to integers",
                [](Inputs in) {
                  return broadcast_to(in[0], {2, 2});
                },
                {Array::of<std::int32_t>({2}, {7, -8})},
                Array::of<double>({2, 2}, {7, -8, 7, -8}),
                false},
           },
       .refused = {{{{DType::float64, {2}}}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Expand"}},
      {.function = "sum_to",
       .formula = "y = x summed to a shape that broadcasts to x's",
       .derivative = "G repeated to x's shape",
       .cases =
           {
               sum_to_case("", {2, 3}, {3}),
               sum_to_case(" column", {2, 3}, {2, 1}),
               sum_to_case(" scalar", {2, 3}, {}),
               sum_to_case(" of_a_scalar", {}, {}),
               sum_to_case(" several_axes", {2, 3, 4}, {3, 1}),
               sum_to_case(" extents_of_1", {1, 3, 1}, {3, 1}),
               sum_to_case(" of_nothing", {0, 3}, {3}),
               sum_to_case(" many_rows", {21, 5}, {5}),
               sum_to_case(" many_rows_and_columns", {2, 9, 35}, {1, 35}),
               sum_to_case(" many_planes", {3, 9, 2, 3}, {9, 1, 3}),
           },
       .refused = {{{{DType::float64, {4}}}}, {{{DType::int32, {2, 3}}}}},
       .smooth = Smoothness::third,
       .multilinear = true},
  };
}

}  // namespace gradtable::testing
