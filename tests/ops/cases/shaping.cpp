#include "gradtable/ops/shaping.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

using Axes = std::vector<std::int64_t>;

// The elements stay in their order.
OpCase same_order(const std::string& name, const Shape& from, const Shape& to, const Call& f) {
  const Array x = numbers(from);
  return {name, f, {x}, with_shape(x, to)};
}

OpCase reshape_case(const std::string& special, const Shape& from, const Extents& extents, const Shape& to) {
  return same_order("reshape" + special, from, to, [=](Inputs in) { return reshape(in[0], extents); });
}

OpCase flatten_case(const std::string& special, const Shape& from, std::int64_t axis, const Shape& to) {
  return same_order("flatten" + special, from, to, [=](Inputs in) { return flatten(in[0], axis); });
}

OpCase squeeze_case(const std::string& special, const Shape& from, const Axes& axes, const Shape& to) {
  return same_order("squeeze" + special, from, to, [=](Inputs in) { return squeeze(in[0], axes); });
}

OpCase unsqueeze_case(const std::string& special, const Shape& from, const Axes& axes, const Shape& to) {
  return same_order("unsqueeze" + special, from, to, [=](Inputs in) { return unsqueeze(in[0], axes); });
}

OpCase transpose_case(const std::string& special, const Shape& shape, const Axes& axes,
                      const std::vector<std::size_t>& order) {
  const Array x = numbers(shape);
  return {"transpose" + special, [=](Inputs in) { return transpose(in[0], axes); }, {x}, permuted(x, order)};
}

}  // namespace

Rows shaping_rows() {
  const TensorType matrix{DType::float64, {2, 3}};
  return {
      {.function = "reshape",
       .formula = "y: the elements of x in row-major order",
       .derivative = "G in x's shape",
       .cases =
           {
               reshape_case("", {2, 3}, {3, 2}, {3, 2}),
               reshape_case(" to_vector", {2, 3}, {6}, {6}),
               reshape_case(" extents_of_1", {1, 6, 1}, {2, 3}, {2, 3}),
               reshape_case(" larger", {5, 4, 6}, {8, 15}, {8, 15}),
               reshape_case(" scalar", {}, {1, 1}, {1, 1}),
               reshape_case(" of_nothing", {0, 3}, {2, 0}, {2, 0}),
               reshape_case(" open_extent", {2, 6}, {3, -1, 2}, {3, 2, 2}),
               reshape_case(" open_extent_of_nothing", {0, 3}, {-1, 3}, {0, 3}),
               {"reshape bytes",
                [](Inputs in) { return reshape(in[0], {-1}); },
                {Array::of<std::uint8_t>({2, 2}, {1, 2, 3, 254})},
                Array::of<double>({4}, {1, 2, 3, 254}),
                false},
           },
       .refused = {{{{DType::float64, {2, 4}}}},
                   {{matrix},
                    [](Inputs in) {
                      return reshape(in[0], {4, -1});
                    }},
                   {{matrix},
                    [](Inputs in) {
                      return reshape(in[0], {-1, -1});
                    }},
                   {{{DType::float64, {0, 3}}},
                    [](Inputs in) {
                      return reshape(in[0], {0, -1});
                    }}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Reshape"}},
      {.function = "flatten",
       .formula = "y: x as a matrix, the axes before one as rows",
       .derivative = "G in x's shape",
       .cases =
           {
               flatten_case("", {2, 3, 4}, 1, {2, 12}),
               flatten_case(" all_columns", {2, 3}, 0, {1, 6}),
               flatten_case(" all_rows", {2, 3}, 2, {6, 1}),
               flatten_case(" negative_axis", {2, 3, 4}, -1, {6, 4}),
               flatten_case(" extents_of_1", {1, 3, 1}, 1, {1, 3}),
               flatten_case(" scalar", {}, 0, {1, 1}),
               flatten_case(" of_nothing", {2, 0, 3}, 2, {0, 3}),
           },
       .refused = {{{{DType::float64, {}}}}, {{matrix}, [](Inputs in) { return flatten(in[0], 3); }}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Flatten"}},
      {.function = "squeeze",
       .formula = "y: x without axes of extent 1",
       .derivative = "G in x's shape",
       .cases =
           {
               squeeze_case("", {1, 3, 1, 2}, {}, {3, 2}),
               squeeze_case(" one_axis", {1, 3, 1}, {0}, {3, 1}),
               squeeze_case(" negative_axis", {1, 3, 1}, {-1}, {1, 3}),
               squeeze_case(" to_a_scalar", {1, 1}, {}, {}),
               squeeze_case(" scalar", {}, {}, {}),
               squeeze_case(" of_nothing", {1, 0}, {}, {0}),
           },
       .refused = {{{matrix}, [](Inputs in) { return squeeze(in[0], {1}); }},
                   {{matrix}, [](Inputs in) { return squeeze(in[0], {2}); }}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Squeeze"}},
      {.function = "unsqueeze",
       .formula = "y: x with more axes, of extent 1",
       .derivative = "G in x's shape",
       .cases =
           {
               unsqueeze_case("", {2, 3}, {0}, {1, 2, 3}),
               unsqueeze_case(" several_axes", {2, 3}, {-1, 1}, {2, 1, 3, 1}),
               unsqueeze_case(" beside_extents_of_1", {1, 3}, {1}, {1, 1, 3}),
               unsqueeze_case(" scalar", {}, {0, 1}, {1, 1}),
               unsqueeze_case(" no_axes", {2, 3}, {}, {2, 3}),
               unsqueeze_case(" of_nothing", {0}, {1}, {0, 1}),
           },
       .refused = {{{matrix}, [](Inputs in) { return unsqueeze(in[0], {3}); }},
                   {{matrix},
                    [](Inputs in) {
                      return unsqueeze(in[0], {0, 0});
                    }},
                   {{matrix},
                    [](Inputs in) {
                      return unsqueeze(in[0], {0, 1, 2, 3, 4, 5, 6});
                    }}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Unsqueeze"}},
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
               transpose_case(" larger", {9, 11}, {}, {1, 0}),
               transpose_case(" larger_cycle", {5, 4, 6}, {1, 2, 0}, {1, 2, 0}),
               transpose_case(" scalar", {}, {}, {}),
               transpose_case(" of_nothing", {0, 3}, {}, {1, 0}),
               {"transpose bytes",
                [](Inputs in) { return transpose(in[0]); },
                {Array::of<std::uint8_t>({2, 3}, {1, 2, 3, 4, 5, 254})},
                Array::of<double>({3, 2}, {1, 4, 2, 5, 3, 254}),
                false},
           },
       .refused = {{{{DType::float64, {2, 3}}}, transpose_case("", {2, 3, 4}, {1, 2, 0}, {1, 2, 0}).f}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Transpose"}},
  };
}

}  // namespace gradtable::testing
