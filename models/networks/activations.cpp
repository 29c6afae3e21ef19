#include "gradtable/models/networks/activations.hpp"

#include "gradtable/models/detail/named.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {
namespace {

Tensor linear(const Tensor& x, Location) {
  return x;
}

}  // namespace

std::span<const Activation> activations() {
  static constexpr Activation kAll[] = {
      {"relu", relu}, {"sigmoid", sigmoid}, {"tanh", tanh}, {"linear", linear}};
  return kAll;
}

const Activation& find_activation(std::string_view name) {
  return detail::find_named("activation", name, activations());
}

}  // namespace gradtable
