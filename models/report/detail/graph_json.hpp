// Nodes and events of build_grad as JSON, for gradient_events_json and the page of a graph.
#pragma once

#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "gradtable/graph/gradient_events.hpp"

namespace gradtable::report::detail {

using Json = nlohmann::ordered_json;

// What the events name and insert, and all that it is made of, in the order of creation. Throws GraphError,
// which begins with `where`, for an event of another graph.
std::vector<NodeId> nodes_of(const Graph& graph, std::span<const GradientEvent> events,
                             std::string_view where);

// The members that gradient_events_json describes.
Json json_of(NodeId id, const Node& node);
Json json_of(const GradientEvent& event);

// "matmul"; of a leaf "input", "parameter" or "constant".
std::string_view op_name(const Node& node);
// "forward"
std::string_view to_string(Phase phase);

}  // namespace gradtable::report::detail
