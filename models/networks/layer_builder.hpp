// How a layer of a network comes into a graph.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable {

struct NetworkOptions {
  std::string initializer = "kaiming_uniform";  // of all weights: initializers()
  DType dtype = DType::float32;                 // of all parameters
  std::uint64_t seed = 42;                      // of first values and of dropout
  std::string prefix = "";  // of the parameters' names, for more than one network in a graph
};

// Throws ConfigError for integers or an unknown initializer.
void require_valid(const NetworkOptions& options);

// Gives layers their parameters: new ones at first, and the same ones again when the network is built for
// another input or for another purpose.
class LayerBuilder {
 public:
  using First = std::function<Array()>;  // makes the first value of a parameter

  // `known`: the parameters that the network has so far, by their names. step: the number of training steps
  // before this one, an int32 scalar; empty when the network is not to be trained but used.
  LayerBuilder(Graph& graph, const NetworkOptions& options, std::map<std::string, Tensor>& known,
               Tensor step = {})
      : graph_(graph), options_(options), known_(known), step_(std::move(step)) {}

  // Whether the network is to be trained, or else to be used.
  bool training() const { return !step_.empty(); }
  const Tensor& step() const { return step_; }
  std::uint64_t seed() const { return options_.seed; }
  DType dtype() const { return options_.dtype; }

  // To be learned: W3 for the third call of the network, with the first values of its initializer.
  Tensor weights(const Shape& shape);
  // To be learned, b3 after W3: the first biases (initial_bias) for weights of this shape.
  Tensor bias(const Shape& weights);
  // Both in one matrix W3: for weights (n,m) an array (n + 1,m), of which the last row holds the biases.
  Tensor weights_over_bias(const Shape& weights);
  // To be learned; the second one of this name is called "name2".
  Tensor parameter(const std::string& name, const First& first);
  // A parameter that is not learned, but becomes `value` in each step of training.
  Tensor state(const std::string& name, const First& first);
  void update(const Tensor& state, const Tensor& value) { updates_.push_back({state, value}); }
  // A stream for dropout (ops/dropout.hpp) that no other layer of the network has.
  std::uint32_t dropout_stream();

  // In the order of the calls.
  const std::vector<Tensor>& learned() const { return learned_; }
  const std::vector<Tensor>& states() const { return states_; }
  const std::vector<Update>& updates() const { return updates_; }

 private:
  Tensor numbered(const std::string& name, std::int64_t number, const First& first);
  Tensor learn(const Tensor& parameter);

  Graph& graph_;
  const NetworkOptions& options_;
  std::map<std::string, Tensor>& known_;
  Tensor step_;
  std::int64_t weights_ = 0;    // calls so far
  std::uint32_t dropouts_ = 0;  // since the last weights
  std::map<std::string, std::int64_t> numbers_;
  std::vector<Tensor> learned_, states_;
  std::vector<Update> updates_;
};

// A layer makes its output of its input x: a value of layers.hpp, or anything that can be called as they can.
// It remembers the line on which it was written, for messages and drawings.
class Layer {
 public:
  template <class Function>
  requires(!std::same_as<std::remove_cvref_t<Function>, Layer> &&
           std::is_invocable_r_v<Tensor, const std::remove_cvref_t<Function>&, LayerBuilder&, const Tensor&>)
      Layer(Function&& function, Location at = Location::current())
      : function_(std::forward<Function>(function)), at_(at) {}

  // Throws what the layer's ops throw, with the layer's line.
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;

 private:
  std::function<Tensor(LayerBuilder& build, const Tensor& x)> function_;
  Location at_;
};

}  // namespace gradtable
