// A network as a list of layers: each takes the output of the one before.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gradtable/graph/function.hpp"
#include "gradtable/models/networks/layer_builder.hpp"

namespace gradtable {

// Sequential(graph, {784}, {FullyConnected{128}, ReLU{}, FullyConnected{10}}) is the function
// x -> relu(x W1 + b1) W2 + b2 of rows x (m,784).
//
// It owns no numbers: its parameters are those of the graph. It may be called for several inputs, of any
// number of examples, which then share the parameters.
class Sequential {
 public:
  // Adds the parameters, for which `input`, the shape of one example, must be known. Errors in the layers'
  // shapes name the line of the layer. Throws ShapeError, and ConfigError for integers or an unknown name.
  Sequential(Graph& graph, const Shape& input, std::vector<Layer> layers, NetworkOptions options = {},
             Location at = Location::current());

  // The outputs for m examples x (m,input...), as the network is used: without dropout, with the running
  // statistics of batch normalization. Throws ShapeError.
  Tensor operator()(const Tensor& x) const;

  // The same of numbers, for any m: x (m,input...), real ones of either type. Programs are made when they are
  // first needed and kept (graph/function.hpp), so that any number of threads may call it at the same time,
  // while nobody trains. Throws ShapeError, also for pixels that are bytes; GraphError when the graph is
  // gone.
  Array predict(const ConstView& x) const { return predict_(x); }

  struct Training {
    Tensor outputs;
    std::vector<Update> updates;  // of running statistics, to be made in the same step
  };
  // The same in a step of training. step: the number of steps before it, an int32 scalar, by which dropout
  // draws.
  Training training(const Tensor& x, const Tensor& step) const;

  const Shape& input() const { return input_; }
  // To be learned, in the order of the layers: W1, b1, W2, b2, ...
  const std::vector<Tensor>& parameters() const { return parameters_; }
  // Changed by training, but not learned: running_mean1, running_variance1, ...
  const std::vector<Tensor>& states() const { return states_; }
  // Numbers to be learned.
  std::int64_t parameter_count() const;

 private:
  void add_parameters(Graph& graph, Location at);
  Tensor through_layers(LayerBuilder& build, const Tensor& x) const;
  Tensor built(LayerBuilder& build, const Tensor& x) const;

  Shape input_;
  std::vector<Layer> layers_;
  NetworkOptions options_;
  std::map<std::string, Tensor> by_name_;
  std::vector<Tensor> parameters_, states_;
  Function predict_;  // shared by copies
};

}  // namespace gradtable
