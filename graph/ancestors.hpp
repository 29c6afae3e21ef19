// Which nodes a computation needs.
#pragma once

#include <span>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// The given nodes and all that they are computed from, each once, in the order of creation: a schedule.
std::vector<NodeId> ancestors(const Graph& graph, std::span<const NodeId> of);

}  // namespace gradtable
