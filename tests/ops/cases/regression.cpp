#include "gradtable/ops/regression.hpp"

#include <cmath>
#include <numbers>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

// The squares of differences, summed and multiplied.
Array squared(const Array& y, const Array& t, double factor) {
  return summed(mapped(y, t, y.shape(), [](double a, double b) { return (a - b) * (a - b); }), {}, factor);
}

OpCase half_case(const std::string& special, const Shape& shape) {
  const Array y = numbers(shape), t = numbers(shape, 0.4);
  return {"half_squared_error" + special,
          [](Inputs in) { return half_squared_error(in[0], in[1]); },
          {y, t},
          squared(y, t, 0.5)};
}

OpCase mean_case(const std::string& special, const Shape& shape) {
  const Array y = numbers(shape), t = numbers(shape, 0.4);
  return {"mean_squared_error" + special,
          [](Inputs in) { return mean_squared_error(in[0], in[1]); },
          {y, t},
          squared(y, t, 1 / static_cast<double>(shape.size()))};
}

Call with_epsilon(double epsilon) {
  return [epsilon](Inputs in) { return gaussian_nll(in[0], in[1], in[2], epsilon); };
}

OpCase gaussian_case(const std::string& special, const Shape& shape, double epsilon) {
  const Array m = numbers(shape), v = positive(shape), t = numbers(shape, 0.4);
  double sum = 0;
  for_each_index(shape, [&](const Index& i) {
    const double variance = std::max(at(v, i), epsilon), d = at(t, i) - at(m, i);
    const double density = std::exp(-d * d / (2 * variance)) / std::sqrt(2 * std::numbers::pi * variance);
    sum -= std::log(density);
  });
  return {"gaussian_nll" + special,
          with_epsilon(epsilon),
          {m, v, t},
          full({}, sum / static_cast<double>(shape.size()), DType::float64)};
}

}  // namespace

Rows regression_rows() {
  const TensorType y{DType::float64, {3, 1}}, t{DType::float64, {3}}, other{DType::float32, {3, 1}},
      none{DType::float64, {0, 3}};
  const std::vector<Refusal> refused = {
      {{y, t}}, {{y, other}}, {{{DType::int32, {3}}, {DType::int32, {3}}}}, {{y, {DType::int32, {3, 1}}}}};
  std::vector<Refusal> refused_means = refused;
  refused_means.push_back({{none, none}});
  return {
      {.function = "half_squared_error",
       .formula = "z = 1/2 sum_i (y_i - t_i)^2",
       .derivative = "y: G (y - t), t: G (t - y)",
       .cases = {half_case("", {3, 4}), half_case(" of_a_scalar", {}), half_case(" of_nothing", {0, 3}),
                 half_case(" one_row", {1, 3}), half_case(" of_many", {7, 43})},
       .refused = refused,
       .smooth = Smoothness::third},
      {.function = "mean_squared_error",
       .formula = "z = 1/n sum_i (y_i - t_i)^2",
       .derivative = "y: 2 G (y - t) / n, t: 2 G (t - y) / n",
       .cases = {mean_case("", {3, 4}), mean_case(" of_a_scalar", {}), mean_case(" one_row", {1, 3}),
                 mean_case(" of_many", {7, 43})},
       .refused = refused_means,
       .smooth = Smoothness::third},
      {.function = "gaussian_nll",
       .formula = "z = 1/n sum_i 1/2 (ln(2 pi v_i) + (t_i - m_i)^2 / v_i), v_i at least epsilon",
       .derivative = "m: G (m - t) / (v n), t: G (t - m) / (v n), v: G (1 - (t - m)^2 / v) / (2 v n)",
       .cases = {gaussian_case("", {3, 4}, 1e-6), gaussian_case(" of_a_scalar", {}, 1e-6),
                 gaussian_case(" one_row", {1, 3}, 1e-6), gaussian_case(" clipped", {3, 4}, 1.01)},
       .refused =
           {{{y, y, t}}, {{y, t, y}}, {{y, other, y}}, {{none, none, none}}, {{y, y, y}, with_epsilon(0)}},
       .smooth = Smoothness::third},
  };
}

}  // namespace gradtable::testing
