// Which nodes a computation needs.
#pragma once

#include <span>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// The given nodes and all that they are computed from, each once, in the order of creation: a schedule.
std::vector<NodeId> ancestors(const Graph& graph, std::span<const NodeId> of);

// Whether derivatives go on from a result to its input i: both are real, and the op passes them on
// (Op::passes_gradient). Integers are steps of what they are made of, so they count as constants.
bool passes_gradient(const Graph& graph, const Node& result, std::size_t i);

// The ancestors along the inputs that derivatives go on to.
std::vector<NodeId> differentiable_ancestors(const Graph& graph, std::span<const NodeId> of);

}  // namespace gradtable
