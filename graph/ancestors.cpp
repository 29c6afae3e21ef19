#include "gradtable/graph/ancestors.hpp"

#include <algorithm>

#include "gradtable/core/node_map.hpp"

namespace gradtable {
namespace {

// The ancestors along the inputs, of those with an op, that `follows(node, i)` is true for.
template <class Follows>
std::vector<NodeId> ancestors_along(const Graph& graph, std::span<const NodeId> of, const Follows& follows) {
  if (of.empty()) return {};
  const NodeId last = std::ranges::max(of);
  NodeMap<bool> needed(static_cast<std::size_t>(last) + 1);
  for (const NodeId id : of) needed[id] = true;
  std::vector<NodeId> found;
  // Inputs come before their consumers, so one walk from the last node to the first meets every node after
  // all that could ask for it.
  for (NodeId id = last; id >= 0; --id) {
    if (!needed[id]) continue;
    found.push_back(id);
    const Node& node = graph.node(id);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (follows(node, i)) needed[node.inputs[i]] = true;
    }
  }
  std::ranges::reverse(found);
  return found;
}

}  // namespace

std::vector<NodeId> ancestors(const Graph& graph, std::span<const NodeId> of) {
  return ancestors_along(graph, of, [](const Node&, std::size_t) { return true; });
}

bool passes_gradient(const Graph& graph, const Node& result, std::size_t i) {
  return is_floating(result.type.dtype) && is_floating(graph.node(result.inputs[i]).type.dtype) &&
         result.op->passes_gradient(i);
}

std::vector<NodeId> differentiable_ancestors(const Graph& graph, std::span<const NodeId> of) {
  return ancestors_along(graph, of,
                         [&](const Node& node, std::size_t i) { return passes_gradient(graph, node, i); });
}

}  // namespace gradtable
