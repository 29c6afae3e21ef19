#include "gradtable/models/networks/activations.hpp"

#include "gradtable/models/detail/named.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {
namespace {

// With the usual slope and alpha.
Tensor leaky(const Tensor& x, Location at) {
  return leaky_relu(x, 0.01, at);
}

Tensor exponential(const Tensor& x, Location at) {
  return elu(x, 1, at);
}

Tensor linear(const Tensor& x, Location) {
  return x;
}

}  // namespace

std::span<const Activation> activations() {
  static constexpr Activation kAll[] = {{"relu", relu},         {"leaky_relu", leaky}, {"elu", exponential},
                                        {"softplus", softplus}, {"gelu", gelu},        {"sigmoid", sigmoid},
                                        {"tanh", tanh},         {"linear", linear}};
  return kAll;
}

const Activation& find_activation(std::string_view name) {
  return detail::find_named("activation", name, activations());
}

}  // namespace gradtable
