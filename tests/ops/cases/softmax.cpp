#include "gradtable/ops/softmax.hpp"

#include <cmath>
#include <numeric>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

// Along an axis that is moved to the end and back.
Array softmax_along(const Array& x, std::int64_t axis) {
  const auto rank = static_cast<std::size_t>(x.shape().rank());
  std::vector<std::size_t> axes(rank);
  std::iota(axes.begin(), axes.end(), std::size_t{0});
  std::swap(axes[static_cast<std::size_t>(axis + static_cast<std::int64_t>(rank))], axes.back());
  return permuted(softmax_of_rows(permuted(x, axes)), axes);
}

OpCase softmax_case(const std::string& special, const Shape& shape, std::int64_t axis = -1) {
  const Array x = numbers(shape);
  return {"softmax" + special, [=](Inputs in) { return softmax(in[0], axis); }, {x}, softmax_along(x, axis)};
}

OpCase log_softmax_case(const std::string& special, const Shape& shape, std::int64_t axis = -1) {
  const Array x = numbers(shape);
  return {"log_softmax" + special,
          [=](Inputs in) { return log_softmax(in[0], axis); },
          {x},
          mapped(softmax_along(x, axis), [](double p) { return std::log(p); })};
}

}  // namespace

Rows softmax_rows() {
  const std::vector<Refusal> refused = {
      {{{DType::float64, {}}}}, {{{DType::float64, {2, 0}}}}, {{{DType::int32, {2, 3}}}}};
  return {
      {.function = "softmax",
       .formula = "y_j = e^x_j / sum_i e^x_i along the axis",
       .derivative = "y (G - sum_j G_j y_j)",
       .cases =
           {
               softmax_case("", {2, 3}),
               softmax_case(" vector", {19}),
               softmax_case(" rank_3", {2, 3, 4}),
               softmax_case(" one_column", {3, 1}),
               softmax_case(" no_rows", {0, 3}),
               softmax_case(" many_rows", {67, 2}),
               softmax_case(" first_axis", {3, 5}, -2),
               softmax_case(" axis", {2, 3, 4}, -2),
               softmax_case(" many_columns", {3, 131}, -2),
               softmax_case(" long_columns", {67, 2}, -2),
               softmax_case(" axis_no_rows", {0, 3, 2}, -2),
           },
       .refused = refused,
       .smooth = Smoothness::third,
       .onnx = {"Softmax"}},
      {.function = "log_softmax",
       .formula = "y_j = x_j - ln sum_i e^x_i along the axis",
       .derivative = "G - softmax(x) sum_j G_j",
       .cases =
           {
               log_softmax_case("", {2, 3}),
               log_softmax_case(" vector", {19}),
               log_softmax_case(" rank_3", {2, 3, 4}),
               log_softmax_case(" one_column", {3, 1}),
               log_softmax_case(" no_rows", {0, 3}),
               log_softmax_case(" many_rows", {67, 2}),
               log_softmax_case(" first_axis", {3, 5}, -2),
               log_softmax_case(" axis", {2, 3, 4}, -2),
               log_softmax_case(" many_columns", {3, 131}, -2),
               log_softmax_case(" long_columns", {67, 2}, -2),
               log_softmax_case(" axis_no_rows", {0, 3, 2}, -2),
           },
       .refused = refused,
       .smooth = Smoothness::third,
       .onnx = {"LogSoftmax"}},
  };
}

}  // namespace gradtable::testing
