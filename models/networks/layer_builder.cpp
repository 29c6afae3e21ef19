#include "gradtable/models/networks/layer_builder.hpp"

#include <fmt/format.h>

#include "gradtable/models/networks/detail/first_values.hpp"

namespace gradtable {

Tensor LayerBuilder::weights(const Shape& shape) {
  return parameter("W", [&] {
    return detail::first_values(shape, options_.initializer, options_.seed, layer_, options_.dtype).weights;
  });
}

Tensor LayerBuilder::bias(const Shape& weights) {
  return parameter("b", [&] {
    return detail::first_values(weights, options_.initializer, options_.seed, layer_, options_.dtype).bias;
  });
}

Tensor LayerBuilder::parameter(const std::string& name, const First& first) {
  learned_.push_back(state(name, first));
  return learned_.back();
}

Tensor LayerBuilder::state(const std::string& name, const First& first) {
  const std::string full = fmt::format("{}{}{}", options_.prefix, name, layer_);
  const auto found = known_.find(full);
  if (found != known_.end()) return found->second;
  return known_.emplace(full, graph_.parameter(full, first())).first->second;
}

Tensor LayerBuilder::step() {
  if (step_.empty()) step_ = graph_.input(graph_.free_name(options_.prefix + "step"), {}, DType::int32);
  return step_;
}

}  // namespace gradtable
