#include "gradtable/graph/computation.hpp"

#include <algorithm>

#include "gradtable/graph/ancestors.hpp"

namespace gradtable {

std::vector<NodeId> needed_nodes(const Computation& computation) {
  const Graph& graph = *computation.graph;
  std::vector<NodeId> wanted;
  for (const Tensor& output : computation.outputs) wanted.push_back(output.id());
  for (const Tensor& tensor : computation.finite) wanted.push_back(tensor.id());
  const std::vector<NodeId> first = ancestors(graph, wanted);
  if (computation.updates.empty()) return first;
  for (const Update& update : computation.updates) {
    wanted.push_back(update.value.id());
    wanted.push_back(update.parameter.id());
  }
  const std::vector<NodeId> all = ancestors(graph, wanted);
  std::vector<NodeId> order = first;
  std::ranges::set_difference(all, first, std::back_inserter(order));
  return order;
}

}  // namespace gradtable
