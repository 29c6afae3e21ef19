#include "gradtable/models/networks/sequential.hpp"

#include <fmt/format.h>

#include "gradtable/ops/casting.hpp"

namespace gradtable {
namespace {

Shape with_examples(std::int64_t m, const Shape& one) {
  std::vector<std::int64_t> extents = {m};
  extents.insert(extents.end(), one.extents().begin(), one.extents().end());
  return Shape(extents);
}

}  // namespace

Sequential::Sequential(Graph& graph, const Shape& input, std::vector<Layer> layers, NetworkOptions options,
                       Location at)
    : input_(input), layers_(std::move(layers)), options_(std::move(options)) {
  require_valid(options_);
  add_parameters(graph, at);
  const auto outputs = [network = *this, at](const Tensor& x) {
    const DType dtype = network.options_.dtype;
    return network(is_floating(x.dtype()) && x.dtype() != dtype ? cast(x, dtype, at) : x);
  };
  predict_ = Function(graph, outputs, {}, at);
}

// The layers say which parameters they need while they are built. Built for one example in a graph that is
// thrown away, they leave nothing but these.
void Sequential::add_parameters(Graph& graph, Location at) {
  Graph tried;
  const Tensor x = tried.input("x", with_examples(1, input_), options_.dtype, at);
  std::map<std::string, Tensor> found;
  LayerBuilder build(tried, options_, found, tried.input("step", {}, DType::int32, at));
  through_layers(build, x);
  const auto add = [&](const std::vector<Tensor>& tensors, std::vector<Tensor>& added) {
    for (const Tensor& tensor : tensors) {
      const std::string name = tensor.label();
      if (!by_name_.contains(name)) by_name_.emplace(name, graph.parameter(name, tried.value(tensor), at));
      added.push_back(by_name_.at(name));
    }
  };
  add(build.learned(), parameters_);
  add(build.states(), states_);
}

Tensor Sequential::operator()(const Tensor& x) const {
  std::map<std::string, Tensor> known = by_name_;
  LayerBuilder build(x.graph(), options_, known);
  return built(build, x);
}

Sequential::Training Sequential::training(const Tensor& x, const Tensor& step) const {
  std::map<std::string, Tensor> known = by_name_;
  LayerBuilder build(x.graph(), options_, known, step);
  const Tensor outputs = built(build, x);
  return {outputs, build.updates()};
}

Tensor Sequential::built(LayerBuilder& build, const Tensor& x) const {
  const Shape& shape = x.shape();
  if (shape.rank() == 0 || shape != with_examples(shape[0], input_))
    throw ShapeError(fmt::format("network: expected examples of shape {}, got {} of shape {}  [{}]",
                                 to_string(input_), x.label(), to_string(shape),
                                 to_string(x.node().location)));
  return through_layers(build, x);
}

Tensor Sequential::through_layers(LayerBuilder& build, const Tensor& x) const {
  Tensor h = x;
  for (const Layer& layer : layers_) h = layer(build, h);
  return h;
}

std::int64_t Sequential::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters_) count += parameter.shape().size();
  return count;
}

}  // namespace gradtable
