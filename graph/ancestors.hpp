// Which nodes a computation needs.
#pragma once

#include <span>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// The given nodes and all that they are computed from, each once, in the order of creation: a schedule.
std::vector<NodeId> ancestors(const Graph& graph, std::span<const NodeId> of);

// The same along the inputs that derivatives go on to (Op::passes_gradient).
std::vector<NodeId> differentiable_ancestors(const Graph& graph, std::span<const NodeId> of);

}  // namespace gradtable
