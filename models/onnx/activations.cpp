// Functions between layers.
#include "gradtable/ops/activations.hpp"

#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

template <auto function>
Tensors activation(OnnxNode& node) {
  return {function(node.input(0), Location::current())};
}

template <auto function>
Tensors with_alpha(OnnxNode& node, double fallback) {
  return {function(node.input(0), node.real("alpha", fallback), Location::current())};
}

Tensors leaky(OnnxNode& node) {
  return with_alpha<leaky_relu>(node, 0.01);
}

Tensors exponential_linear(OnnxNode& node) {
  return with_alpha<elu>(node, 1);
}

// y = alpha elu(x / alpha)
Tensors continuous_elu(OnnxNode& node) {
  const double alpha = node.real("alpha", 1);
  if (alpha == 0) node.refuse("expected an alpha other than 0, by which x is divided, got 0");
  return {scale(elu(scale(node.input(0), 1 / alpha)), alpha)};
}

// y = gamma elu(x, alpha)
Tensors scaled_elu(OnnxNode& node) {
  const double alpha = node.real("alpha", 1.67326319217681884765625);
  return {scale(elu(node.input(0), alpha), node.real("gamma", 1.05070102214813232421875))};
}

// y = min(1, max(0, alpha x + beta))
Tensors hard_sigmoid(OnnxNode& node) {
  return {clip(scale(node.input(0), node.real("alpha", 0.2)) + node.real("beta", 0.5), 0, 1)};
}

// y = x / (1 + |x|)
Tensors softsign(OnnxNode& node) {
  const Tensor x = node.input(0);
  return {x / (abs(x) + 1)};
}

// y = x where x > 0, else slope x
Tensors parametric_relu(OnnxNode& node) {
  const Tensor x = node.input(0);
  return {where(less(x, 0.0), mul(x, node.input(1)), x)};
}

// Before opset 13 it was over all axes from the given one on.
template <auto function>
Tensors over_axis(OnnxNode& node) {
  const Tensor x = node.input(0);
  if (node.opset() >= 13) return {function(x, node.integer("axis", -1), Location::current())};
  const Tensor rows = flatten(x, node.integer("axis", 1));
  return {reshape(function(rows, -1, Location::current()), x.shape())};
}

}  // namespace

std::span<const OnnxConverter> onnx_activations() {
  static const OnnxConverter kTable[] = {
      {"Celu", 12, continuous_elu},
      {"Elu", 6, exponential_linear},
      {"HardSigmoid", 6, hard_sigmoid},
      {"LeakyRelu", 6, leaky},
      {"LogSoftmax", 1, over_axis<log_softmax>},
      {"PRelu", 9, parametric_relu},
      {"Relu", 6, activation<relu>},
      {"Selu", 6, scaled_elu},
      {"Sigmoid", 6, activation<sigmoid>},
      {"Softmax", 1, over_axis<softmax>},
      {"Softplus", 1, activation<softplus>},
      {"Softsign", 1, softsign},
      {"Tanh", 6, activation<tanh>},
  };
  return kTable;
}

}  // namespace gradtable::detail
