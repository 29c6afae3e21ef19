#include "gradtable/ops/losses.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

// `y` are the labels as rows, for the formula.
OpCase cross_entropy_case(const std::string& special, const Array& labels, const Array& y) {
  const Array p = positive(y.shape(), 0.2);
  return {"cross_entropy" + special,
          [](Inputs in) { return cross_entropy(in[0], in[1]); },
          {p, labels},
          cross_entropy_sum(p, y)};
}

OpCase softmax_cross_entropy_case(const std::string& special, const Array& labels, const Array& y) {
  const Array x = numbers(y.shape());
  return {"softmax_cross_entropy" + special,
          [](Inputs in) { return softmax_cross_entropy(in[0], in[1]); },
          {x, labels},
          cross_entropy_sum(softmax_of_rows(x), y, 1.0 / static_cast<double>(y.shape()[0]))};
}

}  // namespace

Rows loss_rows() {
  const std::vector<std::int32_t> classes = {2, 0, 2};
  const Array indices = Array::of({3}, std::span<const std::int32_t>(classes));
  const Array rows = one_hot_rows(classes, 4), weights = positive({3, 4}, 0.9);
  const Array one = Array::of<std::int32_t>({1}, {1});
  const std::vector<Refusal> refused = {{{{DType::float64, {3, 4}}, {DType::int32, {2}}}},
                                        {{{DType::float64, {3, 4}}, {DType::float64, {3, 5}}}},
                                        {{{DType::int32, {3, 4}}, {DType::int32, {3}}}}};
  return {
      {.function = "cross_entropy",
       .formula = "z = sum_ij -y_ij ln(p_ij + eps)",
       .derivative = "p: -G y / p, y: -G ln(p + eps)",
       .cases =
           {
               cross_entropy_case("", indices, rows),
               cross_entropy_case(" one_hot_rows", rows, rows),
               cross_entropy_case(" rows_of_weights", weights, weights),
               cross_entropy_case(" one_row", one, one_hot_rows({1}, 3)),
           },
       .refused = refused,
       .smooth = Smoothness::third},
      {.function = "softmax_cross_entropy",
       .formula = "z = 1/m sum_ij -y_ij ln softmax(x_i)_j",
       .derivative = "x: G (softmax(x) sum_j y_j - y) / m, y: -G log_softmax(x) / m",
       .cases =
           {
               softmax_cross_entropy_case("", indices, rows),
               softmax_cross_entropy_case(" one_hot_rows", rows, rows),
               softmax_cross_entropy_case(" rows_of_weights", weights, weights),
               softmax_cross_entropy_case(" one_row", one, one_hot_rows({1}, 3)),
           },
       .refused = refused,
       .smooth = Smoothness::third,
       .onnx = {"SoftmaxCrossEntropyLoss"}},
  };
}

}  // namespace gradtable::testing
