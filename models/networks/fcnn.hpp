// The fully connected neural network, also called multilayer perceptron: Goodfellow et al., chapter 6.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "gradtable/models/networks/layers.hpp"

namespace gradtable {

// A name for each hidden layer, or one for all of them: "relu", {"tanh", "relu"}.
class PerLayer {
 public:
  PerLayer(const char* name) : names_{name} {}
  PerLayer(std::string name) : names_{std::move(name)} {}
  PerLayer(std::initializer_list<std::string> names) : names_(names) {}
  PerLayer(std::vector<std::string> names) : names_(std::move(names)) {}
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

struct FcnnOptions {
  PerLayer activation = "relu";   // of the hidden layers: activations()
  std::string output = "linear";  // of the last layer: output_activations()
  Bias bias = Bias::node;
  double dropout = 0;  // the share of hidden units that a step of training leaves out: from 0 to below 1
};

// h_0 = x, h_i = f_i(h_{i-1} W_i + b_i) for layers of these widths, the last of which are the outputs; for
// f_l = linear, h_l are scores. Sequential(graph, {784}, fcnn({128, 10})) is the network 784-128-10.
//
// What comes before and after the activations of hidden layers is called a1, h1, a2, h2, ... Throws
// ConfigError for no width, a width below 1, a rate of dropout out of range, an unknown name, or another
// number of names than one or that of the hidden layers.
std::vector<Layer> fcnn(const std::vector<std::int64_t>& widths, const FcnnOptions& options = {},
                        Location at = Location::current());

}  // namespace gradtable
