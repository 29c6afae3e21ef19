#include "gradtable/graph/rewrites/rewriter.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace gradtable::detail {

Rewriter::Rewriter(const Computation& from, Nodes nodes) : from_(from) {
  if (nodes == Nodes::needed) {
    order_ = needed_nodes(from);
  } else {
    order_.resize(from.graph->size());
    std::iota(order_.begin(), order_.end(), 0);
  }
  to_.graph = std::make_shared<Graph>();
  uses_ = NodeMap<int>(from.graph->size());
  copies_ = NodeMap<Tensor>(from.graph->size());
  for (const NodeId id : order_) {
    for (const NodeId input : node(id).inputs) ++uses_[input];
  }
  const auto ask = [&](const Tensor& tensor) { ++uses_[tensor]; };
  std::ranges::for_each(from.outputs, ask);
  std::ranges::for_each(from.finite, ask);
  for (const Update& update : from.updates) ask(update.value);
}

std::vector<Tensor> Rewriter::inputs_of(NodeId id) const {
  std::vector<Tensor> inputs;
  inputs.reserve(node(id).inputs.size());
  for (const NodeId input : node(id).inputs) inputs.push_back((*this)[input]);
  return inputs;
}

Tensor Rewriter::copy(NodeId id) {
  Node like = node(id);
  like.forward_node = forward_node(id);
  like.derivative_of = like.derivative_by = -1;  // nodes of the other graph; the name is made
  return to_.graph->copy(std::move(like), inputs_of(id));
}

// The node that a gradient was made for, where it is part of the new graph.
NodeId Rewriter::forward_node(NodeId id) const {
  const NodeId forward = node(id).forward_node;
  if (forward < 0) return -1;
  const Tensor& copy = (*this)[forward];
  return copy.empty() ? -1 : copy.id();
}

void Rewriter::put(NodeId id, const Tensor& made) {
  copies_[id] = made;
  to_.originals.resize(to_.graph->size(), from_.original(id));  // of what was made in its place
  const std::string& name = node(id).name;
  if (name.empty()) return;
  if (node(id).is_name_made)
    to_.graph->set_made_name(made.id(), name);
  else
    to_.graph->set_name(made.id(), name);
}

Computation Rewriter::finish() {
  for (const Tensor& output : from_.outputs) to_.outputs.push_back((*this)[output.id()]);
  for (const Tensor& tensor : from_.finite) to_.finite.push_back((*this)[tensor.id()]);
  for (const Update& update : from_.updates)
    to_.updates.push_back({(*this)[update.parameter.id()], (*this)[update.value.id()]});
  return std::move(to_);
}

}  // namespace gradtable::detail
