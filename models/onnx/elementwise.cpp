// Arithmetic, comparisons and functions of single numbers.
#include "gradtable/ops/elementwise.hpp"

#include <functional>

#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/integers.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

template <Tensor (*function)(const Tensor&, Location)>
Tensors unary(OnnxNode& node) {
  return {through_reals(node.input(0), [](const Tensor& x) { return function(x, Location::current()); })};
}

template <Tensor (*function)(const Tensor&, const Tensor&, Location)>
Tensors binary(OnnxNode& node) {
  return {through_reals(node.input(0), node.input(1), [](const Tensor& a, const Tensor& b) {
    return function(a, b, Location::current());
  })};
}

// f(f(x0, x1), x2) ...
template <Tensor (*function)(const Tensor&, const Tensor&, Location)>
Tensor folded(const Tensors& inputs) {
  Tensor result = inputs.front();
  for (std::size_t i = 1; i < inputs.size(); ++i)
    result = through_reals(result, inputs[i], [](const Tensor& a, const Tensor& b) {
      return function(a, b, Location::current());
    });
  return result;
}

template <Tensor (*function)(const Tensor&, const Tensor&, Location)>
Tensors any_number(OnnxNode& node) {
  if (node.input_count() == 0) node.refuse("expected one input or more, got none");
  return {folded<function>(node.inputs())};
}

Tensors mean_of_inputs(OnnxNode& node) {
  const double count = static_cast<double>(node.input_count());
  return {scale(any_number<add>(node).front(), 1 / count)};
}

}  // namespace

std::span<const OnnxConverter> onnx_elementwise() {
  static const OnnxConverter kTable[] = {
      {"Add", 7, binary<add>}, {"Sub", 7, binary<sub>},     {"Mul", 7, binary<mul>},
      {"Div", 7, binary<div>}, {"Neg", 6, unary<neg>},      {"Exp", 6, unary<exp>},
      {"Log", 6, unary<log>},  {"Sum", 8, any_number<add>}, {"Mean", 8, mean_of_inputs},
  };
  return kTable;
}

}  // namespace gradtable::detail
