// The events of build_grad as JSON, for the page of a graph and for other programs.
#pragma once

#include <span>
#include <string>

#include "gradtable/graph/gradient_events.hpp"

namespace gradtable::report {

// {"nodes": [...], "events": [...]}, one to a line.
// A node is {id, name, op, type, phase, inputs, forward}: all that the events name and insert, and what these
// are made of. `op` is that of a result, else "input", "parameter" or "constant"; `forward` is the node whose
// bprop made it. An event is {line, variable, consumer, input, gradient, result, inserted, reason, tensors},
// with the ids of nodes; `inserted` is [first, end). Members that an event does not have are left out. Throws
// GraphError when a node is of another graph.
std::string gradient_events_json(const Graph& graph, std::span<const GradientEvent> events);

}  // namespace gradtable::report
