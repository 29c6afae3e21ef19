// Arithmetic and functions of single numbers.
#include "gradtable/ops/elementwise.hpp"

#include <limits>

#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/integers.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/powers.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

template <auto function>
Tensors unary(OnnxNode& node) {
  return {through_reals(node.input(0), [](const Tensor& x) { return function(x, Location::current()); })};
}

template <auto function>
Tensor of_two(const Tensor& a, const Tensor& b) {
  return through_reals(a, b,
                       [](const Tensor& x, const Tensor& y) { return function(x, y, Location::current()); });
}

template <auto function>
Tensors binary(OnnxNode& node) {
  return {of_two<function>(node.input(0), node.input(1))};
}

// f(f(x0, x1), x2) ...
template <auto function>
Tensors of_any_number(OnnxNode& node) {
  Tensor result = node.input(0);
  for (std::size_t i = 1; i < node.input_count(); ++i) result = of_two<function>(result, node.input(i));
  return {result};
}

Tensors mean_of_inputs(OnnxNode& node) {
  const Tensor sum = of_any_number<add>(node).front();
  return {scale(sum, 1 / static_cast<double>(node.input_count()))};
}

// The result has the base's type, whatever the exponent's. A number as exponent needs no derivative of its
// own, which is not a number for a base below 0.
Tensors power(OnnxNode& node) {
  const Tensor base = node.input(0);
  const DType real = is_floating(base.dtype()) ? base.dtype() : DType::float64;
  const Tensor x = as_type(base, real);
  const bool one_number = node.has_input(1) && node.input_is_scalar(1) && node.input_is_known(1);
  const Tensor y = one_number ? pow(x, node.input_real(1)) : pow(x, as_type(node.input(1), real));
  return {as_type(y, base.dtype())};
}

// Limits are attributes before opset 11, then inputs, each of which may be left out.
Tensors clipped(OnnxNode& node) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Tensor x = node.input(0);
  const bool low_known = !node.has_input(1) || node.input_is_known(1);
  const bool high_known = !node.has_input(2) || node.input_is_known(2);
  if (low_known && high_known) {
    const bool attributes = node.opset() < 11;
    const double low = attributes ? node.real("min", -kInfinity) : node.input_real(1, -kInfinity);
    const double high = attributes ? node.real("max", kInfinity) : node.input_real(2, kInfinity);
    return {through_reals(x, [&](const Tensor& real) { return clip(real, low, high); })};
  }
  Tensor result = x;
  if (node.has_input(1)) result = of_two<maximum>(result, node.input(1));
  if (node.has_input(2)) result = of_two<minimum>(result, node.input(2));
  return {result};
}

}  // namespace

std::span<const OnnxConverter> onnx_elementwise() {
  static const OnnxConverter kTable[] = {
      {"Abs", 6, unary<abs>},
      {"Add", 7, binary<add>},
      {"Clip", 6, clipped},
      {"Cos", 7, unary<cos>},
      {"Div", 7, binary<div>},
      {"Erf", 9, unary<erf>},
      {"Exp", 6, unary<exp>},
      {"Log", 6, unary<log>},
      {"Max", 8, of_any_number<maximum>},
      {"Mean", 8, mean_of_inputs},
      {"Min", 8, of_any_number<minimum>},
      {"Mul", 7, binary<mul>},
      {"Neg", 6, unary<neg>},
      {"Pow", 7, power},
      {"Reciprocal", 6, unary<reciprocal>},
      {"Sign", 9, unary<sign>},
      {"Sin", 7, unary<sin>},
      {"Sqrt", 6, unary<sqrt>},
      {"Sub", 7, binary<sub>},
      {"Sum", 8, of_any_number<add>},
  };
  return kTable;
}

}  // namespace gradtable::detail
