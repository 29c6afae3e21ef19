// Activation functions of hidden layers, by the names by which a config asks for them.
#pragma once

#include <span>
#include <string_view>

#include "gradtable/core/graph.hpp"

namespace gradtable {

struct Activation {
  std::string_view name;
  Tensor (*function)(const Tensor& x, Location at);
};

// "relu", "leaky_relu" with slope 0.01, "elu" with alpha 1, "softplus", "gelu", "sigmoid", "tanh" and
// "linear", which leaves x as it is.
std::span<const Activation> activations();

// Throws ConfigError with the known names for others.
const Activation& find_activation(std::string_view name);

}  // namespace gradtable
