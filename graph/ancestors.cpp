#include "gradtable/graph/ancestors.hpp"

#include <algorithm>

namespace gradtable {

std::vector<NodeId> ancestors(const Graph& graph, std::span<const NodeId> of) {
  if (of.empty()) return {};
  const NodeId last = std::ranges::max(of);
  std::vector<bool> needed(static_cast<std::size_t>(last) + 1);
  for (const NodeId id : of) needed[static_cast<std::size_t>(id)] = true;
  std::vector<NodeId> found;
  // Inputs come before their consumers, so one walk from the last node to the first meets every node after
  // all that could ask for it.
  for (NodeId id = last; id >= 0; --id) {
    if (!needed[static_cast<std::size_t>(id)]) continue;
    found.push_back(id);
    for (const NodeId input : graph.node(id).inputs) needed[static_cast<std::size_t>(input)] = true;
  }
  std::ranges::reverse(found);
  return found;
}

}  // namespace gradtable
