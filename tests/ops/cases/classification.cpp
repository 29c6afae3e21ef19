#include "gradtable/ops/classification.hpp"

#include <algorithm>
#include <cmath>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

using Loss = Tensor (*)(const Tensor&, const Tensor&, Location);
using Formula = double (*)(double, double);

OpCase two_class_case(const std::string& name, Loss loss, const Array& x, const Array& t, Formula cost) {
  return {name,
          [loss](Inputs in) { return loss(in[0], in[1], Location::current()); },
          {x, t},
          summed(mapped(x, t, x.shape(), cost), {}, 1 / static_cast<double>(x.shape().size()))};
}

Rows two_class_rows() {
  const std::vector<Refusal> refused = {{{{DType::float64, {3, 4}}, {DType::float64, {4}}}},
                                        {{{DType::float64, {3, 4}}, {DType::float32, {3, 4}}}},
                                        {{{DType::float64, {3}}, {DType::int32, {3}}}},
                                        {{{DType::float64, {0, 4}}, {DType::float64, {0, 4}}}},
                                        {{{DType::int32, {3}}, {DType::int32, {3}}}}};
  const auto share = [](double v) { return v / 2; };
  const Array p = mapped(positive({3, 4}), share), t = mapped(positive({3, 4}, 0.4), share);
  const Array signs = mapped(numbers({3, 4}, 0.9), [](double v) { return v < 0 ? -1.0 : 1.0; });
  const Formula probable = [](double q, double y) { return -y * std::log(q) - (1 - y) * std::log(1 - q); };
  const Formula logit = [](double x, double y) { return std::log(1 + std::exp(x)) - x * y; };
  const Formula margin = [](double x, double y) { return std::max(0.0, 1 - x * y); };
  return {
      {.function = "binary_cross_entropy",
       .formula = "z = mean of -(t ln(p + eps) + (1 - t) ln(1 - p + eps))",
       .derivative = "p: G ((1 - t) / (1 - p + eps) - t / (p + eps)) / n, "
                     "t: G (ln(1 - p + eps) - ln(p + eps)) / n",
       .cases = {two_class_case("binary_cross_entropy", binary_cross_entropy, p, t, probable),
                 two_class_case("binary_cross_entropy one_row", binary_cross_entropy, tiled(p, {1, 3}),
                                tiled(t, {1, 3}), probable),
                 two_class_case("binary_cross_entropy of_a_scalar", binary_cross_entropy, tiled(p, {}),
                                tiled(t, {}), probable)},
       .refused = refused,
       .smooth = Smoothness::third},
      {.function = "binary_cross_entropy_with_logits",
       .formula = "z = mean of max(x, 0) - x t + ln(1 + e^-|x|)",
       .derivative = "x: G (sigmoid(x) - t) / n, t: -G x / n",
       .cases = {two_class_case("binary_cross_entropy_with_logits", binary_cross_entropy_with_logits,
                                numbers({3, 4}), t, logit),
                 two_class_case("binary_cross_entropy_with_logits one_row", binary_cross_entropy_with_logits,
                                numbers({1, 3}), tiled(t, {1, 3}), logit),
                 two_class_case("binary_cross_entropy_with_logits of_a_scalar",
                                binary_cross_entropy_with_logits, numbers({}), tiled(t, {}), logit),
                 two_class_case("binary_cross_entropy_with_logits of_many", binary_cross_entropy_with_logits,
                                numbers({7, 43}), tiled(t, {7, 43}), logit)},
       .refused = refused,
       .smooth = Smoothness::third},
      {.function = "hinge",
       .formula = "z = mean of max(0, 1 - t x)",
       .derivative = "x: -G t / n where t x < 1, else 0; t: likewise with x",
       .cases = {two_class_case("hinge", hinge, numbers({3, 4}), signs, margin),
                 two_class_case("hinge one_row", hinge, numbers({1, 3}), tiled(signs, {1, 3}), margin),
                 two_class_case("hinge of_a_scalar", hinge, numbers({}), tiled(signs, {}), margin),
                 two_class_case("hinge real_targets", hinge, numbers({3, 4}), numbers({3, 4}, 0.4), margin)},
       .refused = refused},
  };
}

const std::vector<std::int32_t> kClasses = {2, 0, 3};

// `cost` is that of number j of a row x with its label.
using Cost = std::function<double(const Array& x, std::int64_t i, std::int64_t j, std::int64_t label)>;
OpCase rows_case(const std::string& name, Loss loss, const Array& x, const Cost& cost) {
  const auto rows = static_cast<std::size_t>(x.shape()[0]);
  const std::span<const std::int32_t> labels = std::span(kClasses).first(rows);
  double sum = 0;
  for_each_index(x.shape(),
                 [&](const Index& i) { sum += cost(x, i[0], i[1], labels[static_cast<std::size_t>(i[0])]); });
  return {name,
          [loss](Inputs in) { return loss(in[0], in[1], Location::current()); },
          {x, Array::of({x.shape()[0]}, labels)},
          full({}, sum / static_cast<double>(rows), DType::float64)};
}

Cases rows_cases(const std::string& name, Loss loss, Array (*x)(const Shape&, double), const Cost& cost) {
  return {rows_case(name, loss, x({3, 4}, 0), cost), rows_case(name + " one_row", loss, x({1, 4}, 0), cost)};
}

}  // namespace

Rows classification_rows() {
  const std::vector<Refusal> refused = {{{{DType::float64, {3, 4}}, {DType::int32, {2}}}},
                                        {{{DType::float64, {3, 4}}, {DType::float64, {3, 4}}}},
                                        {{{DType::float64, {0, 4}}, {DType::int32, {0}}}},
                                        {{{DType::float64, {}}, {DType::int32, {}}}},
                                        {{{DType::float64, {3, 4, 2}}, {DType::int32, {3, 2}}}},
                                        {{{DType::int32, {3, 4}}, {DType::int32, {3}}}}};
  Rows rows = two_class_rows();
  rows.push_back(
      {.function = "multiclass_hinge",
       .formula = "z = 1/n sum_i sum_(j != y_i) max(0, 1 + x_ij - x_iy_i)",
       .derivative = "x: G / n for each j with a positive term, minus their number at y_i",
       .cases = rows_cases("multiclass_hinge", multiclass_hinge, numbers,
                           [](const Array& x, std::int64_t i, std::int64_t j, std::int64_t label) {
                             return j == label ? 0 : std::max(0.0, 1 + at(x, {i, j}) - at(x, {i, label}));
                           }),
       .refused = refused});
  rows.push_back(
      {.function = "misclassification_probability",
       .formula = "z = 1/n sum_i (1 - p_iy_i)",
       .derivative = "p: -G / n at y_i, else 0",
       .cases = rows_cases("misclassification_probability", misclassification_probability, positive,
                           [](const Array& p, std::int64_t i, std::int64_t j, std::int64_t label) {
                             return j == label ? 1 - at(p, {i, j}) : 0;
                           }),
       .refused = refused,
       .multilinear = true});
  rows.push_back({.function = "expected_squared_distance",
                  .formula = "z = 1/n sum_ij p_ij (j - y_i)^2",
                  .derivative = "p: G (j - y_i)^2 / n",
                  .cases = rows_cases("expected_squared_distance", expected_squared_distance, positive,
                                      [](const Array& p, std::int64_t i, std::int64_t j, std::int64_t label) {
                                        return at(p, {i, j}) * static_cast<double>((j - label) * (j - label));
                                      }),
                  .refused = refused,
                  .multilinear = true});
  return rows;
}

}  // namespace gradtable::testing
