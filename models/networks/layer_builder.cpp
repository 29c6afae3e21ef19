#include "gradtable/models/networks/layer_builder.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "gradtable/models/networks/initializers.hpp"

namespace gradtable {
namespace {

struct FirstValues {
  Array weights, bias;
};

// Of the layer with this number, from random numbers of its own.
FirstValues first_values(const NetworkOptions& options, std::int64_t number, const Shape& shape) {
  const Initializer& initializer = find_initializer(options.initializer);
  Random random(options.seed, first_values_stream(static_cast<std::uint64_t>(number)));
  Array weights = initializer.weights(shape, random, options.dtype);
  Array bias = initial_bias(initializer, shape, random, options.dtype);
  return {std::move(weights), std::move(bias)};
}

Array joined(const FirstValues& first) {
  const Shape& shape = first.weights.shape();
  Array all(first.weights.dtype(), {shape[0] + 1, shape[1]});
  dispatch_floating(all.dtype(), [&]<class T>() {
    const auto end = std::ranges::copy(first.weights.as<T>(), all.as<T>().begin()).out;
    std::ranges::copy(first.bias.as<T>(), end);
  });
  return all;
}

}  // namespace

void require_valid(const NetworkOptions& options) {
  if (!is_floating(options.dtype))
    throw ConfigError(fmt::format("network: expected float32 or float64, got {}", to_string(options.dtype)));
  find_initializer(options.initializer);
}

Tensor LayerBuilder::weights(const Shape& shape) {
  dropouts_ = 0;
  ++weights_;
  return learn(numbered("W", weights_, [&] { return first_values(options_, weights_, shape).weights; }));
}

Tensor LayerBuilder::bias(const Shape& weights) {
  return learn(numbered("b", weights_, [&] { return first_values(options_, weights_, weights).bias; }));
}

Tensor LayerBuilder::weights_over_bias(const Shape& weights) {
  dropouts_ = 0;
  ++weights_;
  return learn(numbered("W", weights_, [&] { return joined(first_values(options_, weights_, weights)); }));
}

Tensor LayerBuilder::parameter(const std::string& name, const First& first) {
  return learn(numbered(name, ++numbers_[name], first));
}

Tensor LayerBuilder::state(const std::string& name, const First& first) {
  states_.push_back(numbered(name, ++numbers_[name], first));
  return states_.back();
}

std::uint32_t LayerBuilder::dropout_stream() {
  return layer_mask_stream(++dropouts_, static_cast<std::uint32_t>(weights_));
}

Tensor LayerBuilder::numbered(const std::string& name, std::int64_t number, const First& first) {
  const std::string full = fmt::format("{}{}{}", options_.prefix, name, number);
  const auto found = known_.find(full);
  if (found != known_.end()) return found->second;
  return known_.emplace(full, graph_.parameter(full, first())).first->second;
}

Tensor LayerBuilder::learn(const Tensor& parameter) {
  learned_.push_back(parameter);
  return parameter;
}

Tensor Layer::operator()(LayerBuilder& build, const Tensor& x) const {
  const Graph::Scope scope(x.graph(), at_);
  return function_(build, x);
}

}  // namespace gradtable
