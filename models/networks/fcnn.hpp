// The fully connected neural network, also called multilayer perceptron: Goodfellow et al., chapter 6.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

struct FcnnOptions {
  std::string activation = "relu";              // of every hidden layer: activations()
  std::string initializer = "kaiming_uniform";  // of the weights: initializers()
  DType dtype = DType::float32;
  std::uint64_t seed = 42;
  std::string prefix = "";  // of the parameters' names, for more than one network in a graph
};

// h_0 = x, h_i = f(h_{i-1} W_i + b_i), scores = h_{l-1} W_l + b_l, with W_i of shape (widths[i-1],
// widths[i]).
//
// It owns no numbers: W1, b1, W2, ... are parameters of the graph. What comes before and after the
// activations is called a1, h1, a2, h2, ... Biases start uniform in [-1/n, 1/n] for n inputs of the layer, or
// at zero where the initializer is "zeros".
class Fcnn {
 public:
  // Fcnn(graph, {784, 128, 10}) adds the parameters. Throws ConfigError for fewer than two widths, a width
  // below 1, int32, or an unknown name.
  Fcnn(Graph& graph, std::vector<std::int64_t> widths, const FcnnOptions& options = {},
       Location at = Location::current());

  // The scores (m, widths.back()) of m examples x (m, widths.front()); softmax makes them probabilities. May
  // be called for several inputs, which then share the parameters. Throws ShapeError.
  Tensor operator()(const Tensor& x, Location at = Location::current()) const;

  // W1, b1, W2, b2, ...
  const std::vector<Tensor>& parameters() const { return parameters_; }
  // Numbers to be learned.
  std::int64_t parameter_count() const;
  const std::vector<std::int64_t>& widths() const { return widths_; }

 private:
  std::vector<std::int64_t> widths_;
  Tensor (*activation_)(const Tensor& x, Location at);
  std::vector<Tensor> parameters_;
};

}  // namespace gradtable
