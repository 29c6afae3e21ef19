// Which nodes a computation needs.
#pragma once

#include <span>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// The given nodes and all that they are computed from, each once, in the order of creation: a schedule.
std::vector<NodeId> ancestors(const Graph& graph, std::span<const NodeId> of);

// Whether derivatives pass from a result to its input i: both are real, and the op passes them
// (Op::passes_gradient). An integer is a step function of its inputs, so it counts as a constant.
bool passes_gradient(const Graph& graph, const Node& result, std::size_t i);

// The ancestors along the inputs to which derivatives pass.
std::vector<NodeId> differentiable_ancestors(const Graph& graph, std::span<const NodeId> of);

}  // namespace gradtable
