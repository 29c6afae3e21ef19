// How a layer of a Network comes into a graph.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable {

struct NetworkOptions {
  double learning_rate = 0.1;
  std::string initializer = "kaiming_uniform";  // of all weights: initializers()
  DType dtype = DType::float32;                 // of all parameters
  std::uint64_t seed = 42;                      // of first values and of dropout
  std::string prefix = "";  // of the parameters' names, for more than one network in a graph
};

// Gives layers their parameters: new ones at first, and the same ones again when the network is built for
// inputs of another shape or for another purpose.
class LayerBuilder {
 public:
  using First = std::function<Array()>;  // makes the first value of a parameter

  // `known`: the parameters that the network has so far, by their names.
  LayerBuilder(Graph& graph, const NetworkOptions& options, std::map<std::string, Tensor>& known,
               bool training)
      : graph_(graph), options_(options), known_(known), training_(training) {}

  // What follows is of this layer of the list, which counts from 1.
  void begin(std::size_t layer) { layer_ = layer; }
  std::size_t layer() const { return layer_; }
  std::uint64_t seed() const { return options_.seed; }
  DType dtype() const { return options_.dtype; }
  // Whether the network is to be trained, or else to be used.
  bool training() const { return training_; }

  // To be learned: W3 in layer 3, b3 for weights of this shape, and parameters of other names. First values
  // are those of the network's initializer and initial_bias.
  Tensor weights(const Shape& shape);
  Tensor bias(const Shape& weights);
  Tensor parameter(const std::string& name, const First& first);
  // A parameter that is not learned, but becomes `value` in each step of training.
  Tensor state(const std::string& name, const First& first);
  void update(const Tensor& state, const Tensor& value) { updates_.push_back({state, value}); }
  // The number of steps before this one, an int32 scalar.
  Tensor step();

  const std::vector<Tensor>& learned() const { return learned_; }
  const std::vector<Update>& updates() const { return updates_; }
  // step(), or an empty tensor when no layer asked for it.
  const Tensor& step_input() const { return step_; }

 private:
  Graph& graph_;
  const NetworkOptions& options_;
  std::map<std::string, Tensor>& known_;
  bool training_;
  std::size_t layer_ = 0;
  std::vector<Tensor> learned_;
  std::vector<Update> updates_;
  Tensor step_;
};

// A layer makes its output of its input x.
using Layer = std::function<Tensor(LayerBuilder& build, const Tensor& x)>;

}  // namespace gradtable
