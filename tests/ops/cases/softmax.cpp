#include "gradtable/ops/softmax.hpp"

#include <cmath>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

OpCase softmax_case(const std::string& special, const Shape& shape) {
  const Array x = numbers(shape);
  return {"softmax" + special, [](Inputs in) { return softmax(in[0]); }, {x}, softmax_of_rows(x)};
}

OpCase log_softmax_case(const std::string& special, const Shape& shape) {
  const Array x = numbers(shape);
  return {"log_softmax" + special,
          [](Inputs in) { return log_softmax(in[0]); },
          {x},
          mapped(softmax_of_rows(x), [](double p) { return std::log(p); })};
}

}  // namespace

Rows softmax_rows() {
  const std::vector<Refusal> refused = {
      {{{DType::float64, {}}}}, {{{DType::float64, {2, 0}}}}, {{{DType::int32, {2, 3}}}}};
  return {
      {.function = "softmax",
       .formula = "y_j = e^x_j / sum_i e^x_i",
       .derivative = "y (G - sum_j G_j y_j)",
       .cases =
           {
               softmax_case("", {2, 3}),
               softmax_case(" vector", {19}),
               softmax_case(" rank_3", {2, 3, 4}),
               softmax_case(" one_column", {3, 1}),
               softmax_case(" no_rows", {0, 3}),
               softmax_case(" many_rows", {67, 2}),
           },
       .refused = refused,
       .smooth = Smoothness::third,
       .onnx = {"Softmax"}},
      {.function = "log_softmax",
       .formula = "y_j = x_j - ln sum_i e^x_i",
       .derivative = "G - softmax(x) sum_j G_j",
       .cases =
           {
               log_softmax_case("", {2, 3}),
               log_softmax_case(" vector", {19}),
               log_softmax_case(" rank_3", {2, 3, 4}),
               log_softmax_case(" no_rows", {0, 3}),
               log_softmax_case(" many_rows", {67, 2}),
           },
       .refused = refused,
       .smooth = Smoothness::third,
       .onnx = {"LogSoftmax"}},
  };
}

}  // namespace gradtable::testing
