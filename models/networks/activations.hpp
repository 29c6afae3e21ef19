// Activation functions of layers by name, for configs.
#pragma once

#include <span>
#include <string_view>

#include "gradtable/core/graph.hpp"

namespace gradtable {

struct NamedActivation {
  std::string_view name;
  Tensor (*function)(const Tensor& x, Location at);
};

// Of hidden layers: "relu", "leaky_relu" with slope 0.01, "elu" with alpha 1, "softplus", "gelu", "sigmoid",
// "tanh" and "linear", which leaves x as it is.
std::span<const NamedActivation> activations();

// Of the last layer: "linear" for scores and means, "softmax" along the last axis and "sigmoid" for
// probabilities, "softplus" for variances, "tanh" for numbers from -1 to 1. Goodfellow et al., section 6.2.2.
std::span<const NamedActivation> output_activations();

// Which of output_activations() gave these outputs of a network, by the op that computes them; empty where
// that is another op, as in a model of the user's.
std::string_view output_activation_of(const Tensor& outputs);

// Throw ConfigError with the known names for others.
const NamedActivation& find_activation(std::string_view name);
const NamedActivation& find_output_activation(std::string_view name);

}  // namespace gradtable
