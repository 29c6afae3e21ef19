#include "gradtable/models/networks/fcnn.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/models/networks/detail/first_values.hpp"
#include "gradtable/models/networks/initializers.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/product.hpp"

namespace gradtable {
namespace {

// The activations of all layers, the last one's among them.
std::vector<Activation> activations_of(const FcnnOptions& options, std::size_t layers) {
  const std::vector<std::string>& names = options.activation.names();
  const std::size_t hidden = layers - 1;
  if (names.size() != 1 && names.size() != hidden)
    throw ConfigError(
        fmt::format("fcnn: expected one activation, or one for each of {} hidden layers, got ({})", hidden,
                    fmt::join(names, ",")));
  std::vector<Activation> found;
  for (const std::string& name : names) found.push_back(find_activation(name));
  found.resize(hidden, found.empty() ? Activation{} : found.front());
  found.push_back(find_output_activation(options.output));
  return found;
}

// The weights with the biases as their last row.
Array with_row(const Array& weights, const Array& bias) {
  Array joined(weights.dtype(), {weights.shape()[0] + 1, weights.shape()[1]});
  dispatch_floating(weights.dtype(), [&]<class T>() {
    const auto end = std::ranges::copy(weights.as<T>(), joined.as<T>().begin()).out;
    std::ranges::copy(bias.as<T>(), end);
  });
  return joined;
}

// (h 1)
Tensor with_ones(const Tensor& h, Location at) {
  std::vector<std::int64_t> extents(h.shape().extents().begin(), h.shape().extents().end());
  if (!extents.empty()) extents.back() = 1;
  const Tensor one = h.graph().literal(1, h.dtype(), at);
  return concat({h, broadcast_to(one, Shape(extents), at)}, -1, at);
}

}  // namespace

Fcnn::Fcnn(Graph& graph, std::vector<std::int64_t> widths, const FcnnOptions& options, Location at)
    : widths_(std::move(widths)), bias_(options.bias), dropout_("fcnn", options.dropout, options.seed) {
  if (widths_.size() < 2 || std::ranges::min(widths_) < 1)
    throw ConfigError(fmt::format("fcnn: expected at least two widths, each at least 1, got ({})",
                                  fmt::join(widths_, ",")));
  if (!is_floating(options.dtype))
    throw ConfigError(fmt::format("fcnn: expected float32 or float64, got {}", to_string(options.dtype)));
  find_initializer(options.initializer);
  for (const Activation& activation : activations_of(options, widths_.size() - 1))
    add_layer(graph, options, activation, at);
}

void Fcnn::add_layer(Graph& graph, const FcnnOptions& options, const Activation& activation, Location at) {
  const std::size_t layer = layers_.size() + 1;
  const Shape shape{widths_[layer - 1], widths_[layer]};
  auto [weights, bias] = detail::first_values(shape, options.initializer, options.seed, layer, options.dtype);
  if (bias_ == Bias::row) weights = with_row(weights, bias);
  Layer added;
  added.activation = activation.function;
  added.weights = graph.parameter(fmt::format("{}W{}", options.prefix, layer), std::move(weights), at);
  parameters_.push_back(added.weights);
  if (bias_ == Bias::node) {
    added.bias = graph.parameter(fmt::format("{}b{}", options.prefix, layer), std::move(bias), at);
    parameters_.push_back(added.bias);
  }
  layers_.push_back(added);
}

Tensor Fcnn::operator()(const Tensor& x, Location at) const {
  return outputs(x, {}, at);
}

Tensor Fcnn::training(const Tensor& x, const Tensor& step, Location at) const {
  return outputs(x, step, at);
}

Tensor Fcnn::outputs(const Tensor& x, const Tensor& step, Location at) const {
  Tensor h = x;
  for (std::size_t k = 1; k < layers_.size(); ++k) {
    const Tensor a = affine(layers_[k - 1], h, at).named(fmt::format("a{}", k));
    h = layers_[k - 1].activation(a, at).named(fmt::format("h{}", k));
    h = dropout_(h, step, k, at);
  }
  return layers_.back().activation(affine(layers_.back(), h, at), at);
}

Tensor Fcnn::affine(const Layer& layer, const Tensor& h, Location at) const {
  const Tensor input = bias_ == Bias::row ? with_ones(h, at) : h;
  const Tensor product = matmul(input, layer.weights, Transpose::no, Transpose::no, at);
  return layer.bias.empty() ? product : add_bias(product, layer.bias, at);
}

std::int64_t Fcnn::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters_) count += parameter.shape().size();
  return count;
}

}  // namespace gradtable
