#include "gradtable/ops/reduction.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

const Array kX = numbers({2, 3});
const Array kCube = numbers({2, 3, 4});

using Axes = std::vector<std::int64_t>;

// `kept` is the shape with 1 for the summed axes; the mean differs by the number of summands.
OpCase sum_case(const std::string& special, const Array& x, const Axes& axes, const Shape& kept,
                const Shape& shape, bool keep_dims = false) {
  return {"sum" + special,
          [=](Inputs in) { return sum(in[0], axes, keep_dims); },
          {x},
          with_shape(summed(x, kept), shape)};
}

OpCase mean_case(const std::string& special, const Array& x, const Axes& axes, const Shape& kept,
                 const Shape& shape, bool keep_dims = false) {
  const double factor = static_cast<double>(kept.size()) / static_cast<double>(x.shape().size());
  return {"mean" + special,
          [=](Inputs in) { return mean(in[0], axes, keep_dims); },
          {x},
          with_shape(summed(x, kept, factor), shape)};
}

}  // namespace

Rows reduction_rows() {
  const std::vector<Refusal> refused = {
      {{{DType::int32, {2, 3}}}}, {{{DType::float64, {}}}, sum_case("", kCube, {1}, {2, 1, 4}, {2, 4}).f}};
  return {
      {.function = "sum",
       .formula = "y = sum of x over axes",
       .derivative = "G repeated along the axes",
       .cases =
           {
               sum_case("", kX, {}, {1, 1}, {}),
               sum_case(" keep_dims", kX, {}, {1, 1}, {1, 1}, true),
               sum_case(" axis", kCube, {1}, {2, 1, 4}, {2, 4}),
               sum_case(" negative_axis", kCube, {-1}, {2, 3, 1}, {2, 3}),
               sum_case(" several_axes", kCube, {0, -1}, {1, 3, 1}, {3}),
               sum_case(" axis_keep_dims", kCube, {0}, {1, 3, 4}, {1, 3, 4}, true),
               sum_case(" scalar", numbers({}), {}, {}, {}),
               sum_case(" long_runs", numbers({2, 37}), {1}, {2, 1}, {2}),
               sum_case(" of_nothing", numbers({0, 3}), {}, {1, 1}, {}),
               sum_case(" of_no_rows", numbers({0, 3}), {0}, {1, 3}, {3}),
           },
       .refused = refused,
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"ReduceSum"}},
      {.function = "mean",
       .formula = "y = 1/n sum of x over axes",
       .derivative = "G / n repeated along the axes",
       .cases =
           {
               mean_case("", kX, {}, {1, 1}, {}),
               mean_case(" axis", kCube, {1}, {2, 1, 4}, {2, 4}),
               mean_case(" negative_axis_keep_dims", kCube, {-1}, {2, 3, 1}, {2, 3, 1}, true),
               mean_case(" several_axes", kCube, {2, 0}, {1, 3, 1}, {3}),
               mean_case(" scalar", numbers({}), {}, {}, {}),
           },
       .refused = {{{{DType::int32, {2, 3}}}}, {{{DType::float64, {0, 3}}}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"ReduceMean"}},
  };
}

}  // namespace gradtable::testing
