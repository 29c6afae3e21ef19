// What build_grad did, in sentences.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradtable/graph/gradient_events.hpp"

namespace gradtable::report::detail {

// A sentence for each event, with names and shapes: "G⁽¹⁾ ← matmul.bprop: ∂J/∂W = xᵀ · ∂J/∂u, (2,4)·(4,2) →
// (2,2)". Plain text, on one line.
std::vector<std::string> frame_texts(std::span<const GradientEvent> events);

// For people: its name, the number of a constant, "%12" if it has none.
std::string called(const Graph& graph, NodeId id);

// How a result is made: "xᵀ · ∂J/∂u", "relu(a)". The name of a leaf.
std::string formula(const Graph& graph, NodeId id);

}  // namespace gradtable::report::detail
