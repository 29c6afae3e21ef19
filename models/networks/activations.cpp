#include "gradtable/models/networks/activations.hpp"

#include "gradtable/models/detail/named.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

// With the usual slope and alpha.
Tensor leaky(const Tensor& x, Location at) {
  return leaky_relu(x, 0.01, at);
}

Tensor exponential_linear(const Tensor& x, Location at) {
  return elu(x, 1, at);
}

Tensor linear(const Tensor& x, Location) {
  return x;
}

Tensor softmax_of_rows(const Tensor& x, Location at) {
  return softmax(x, -1, at);
}

}  // namespace

std::span<const NamedActivation> activations() {
  static constexpr NamedActivation kAll[] = {
      {"relu", relu},         {"leaky_relu", leaky}, {"elu", exponential_linear},
      {"softplus", softplus}, {"gelu", gelu},        {"sigmoid", sigmoid},
      {"tanh", tanh},         {"linear", linear}};
  return kAll;
}

std::span<const NamedActivation> output_activations() {
  static constexpr NamedActivation kAll[] = {{"linear", linear},
                                             {"softmax", softmax_of_rows},
                                             {"sigmoid", sigmoid},
                                             {"softplus", softplus},
                                             {"tanh", tanh}};
  return kAll;
}

std::string_view output_activation_of(const Tensor& outputs) {
  const Op* const op = get_operation(outputs);
  if (!op) return {};
  if (op->name() == "matmul" || op->name() == "add_bias") return "linear";
  for (const NamedActivation& activation : output_activations())
    if (activation.name == op->name()) return activation.name;
  return {};
}

const NamedActivation& find_activation(std::string_view name) {
  return detail::find_named("activation", name, activations());
}

const NamedActivation& find_output_activation(std::string_view name) {
  return detail::find_named("output activation", name, output_activations());
}

}  // namespace gradtable
