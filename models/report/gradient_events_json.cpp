#include "gradtable/models/report/gradient_events_json.hpp"

#include <vector>

#include <fmt/format.h>

#include "gradtable/models/report/detail/graph_json.hpp"

namespace gradtable::report {
namespace {

using detail::Json;

// "name": [ with an element to a line ]
std::string list(std::string_view name, const std::vector<Json>& elements) {
  std::string text = fmt::format("\"{}\": [", name);
  for (std::size_t i = 0; i < elements.size(); ++i) text += (i > 0 ? ",\n" : "\n") + elements[i].dump();
  return text + "\n]";
}

}  // namespace

std::string gradient_events_json(const Graph& graph, std::span<const GradientEvent> events) {
  std::vector<Json> nodes, lines;
  for (const NodeId id : detail::nodes_of(graph, events, "gradient_events_json"))
    nodes.push_back(detail::json_of(id, graph.node(id)));
  for (const GradientEvent& event : events) lines.push_back(detail::json_of(event));
  return fmt::format("{{{},\n{}}}\n", list("nodes", nodes), list("events", lines));
}

}  // namespace gradtable::report
