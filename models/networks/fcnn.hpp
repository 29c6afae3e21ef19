// The fully connected neural network, also called multilayer perceptron: Goodfellow et al., chapter 6.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/models/networks/activations.hpp"
#include "gradtable/models/networks/detail/unit_dropout.hpp"

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

// Where the biases of a layer are: in a parameter b_i of their own; in the last row of W_i, to which the
// layer's input gives a column of ones; or nowhere.
enum class Bias : std::uint8_t { node, row, none };

struct FcnnOptions {
  PerLayer activation = "relu";                 // of the hidden layers: activations()
  std::string output = "linear";                // of the last layer: output_activations()
  std::string initializer = "kaiming_uniform";  // of the weights: initializers()
  Bias bias = Bias::node;
  double dropout = 0;  // the share of hidden units that a step of training leaves out: from 0 to below 1
  DType dtype = DType::float32;
  std::uint64_t seed = 42;
  std::string prefix = "";  // of the parameters' names, for more than one network in a graph
};

// h_0 = x, h_i = f_i(h_{i-1} W_i + b_i), with W_i of shape (widths[i-1], widths[i]); for f_l = linear, h_l
// are scores.
//
// It owns no numbers: W1, b1, W2, ... are parameters of the graph. What comes before and after the
// activations of hidden layers is called a1, h1, a2, h2, ... Biases start as initial_bias says; wherever they
// are, the numbers are the same.
class Fcnn {
 public:
  // Fcnn(graph, {784, 128, 10}) adds the parameters. Throws ConfigError for fewer than two widths, a width
  // below 1, a rate of dropout out of range, integers, an unknown name, or another number of names than one
  // or that of the hidden layers.
  Fcnn(Graph& graph, std::vector<std::int64_t> widths, const FcnnOptions& options = {},
       Location at = Location::current());

  // The outputs (m, widths.back()) for m examples x (m, widths.front()). May be called for several inputs,
  // which then share the parameters. Throws ShapeError.
  Tensor operator()(const Tensor& x, Location at = Location::current()) const;
  // The same in a step of training, with dropout behind each hidden layer. step: the number of steps before
  // it, an int32 scalar.
  Tensor training(const Tensor& x, const Tensor& step, Location at = Location::current()) const;

  // W1, b1, W2, b2, ...; without biases of their own W1, W2, ...
  const std::vector<Tensor>& parameters() const { return parameters_; }
  // Numbers to be learned.
  std::int64_t parameter_count() const;
  const std::vector<std::int64_t>& widths() const { return widths_; }

 private:
  struct Layer {
    Tensor weights;
    Tensor bias;  // empty where it has no node
    Tensor (*activation)(const Tensor& x, Location at) = nullptr;
  };

  void add_layer(Graph& graph, const FcnnOptions& options, const Activation& activation, Location at);
  Tensor affine(const Layer& layer, const Tensor& h, Location at) const;
  // Without dropout when `step` is empty.
  Tensor outputs(const Tensor& x, const Tensor& step, Location at) const;

  std::vector<std::int64_t> widths_;
  Bias bias_;
  detail::UnitDropout dropout_;
  std::vector<Layer> layers_;
  std::vector<Tensor> parameters_;
};

}  // namespace gradtable
