#include "gradtable/models/report/gradient_events_json.hpp"

#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/text.hpp"
#include "gradtable/graph/ancestors.hpp"

namespace gradtable::report {
namespace {

using Json = nlohmann::ordered_json;

void collect(const Graph& graph, const Tensor& tensor, std::set<NodeId>& ids) {
  if (tensor.empty()) return;
  if (tensor.graph_serial() != graph.serial())
    throw GraphError(fmt::format("gradient_events_json: expected events of this graph, got {} of another",
                                 tensor.label()));
  ids.insert(tensor.id());
}

// What the events name and insert, and all that it is made of, in the order of creation.
std::vector<NodeId> nodes_of(const Graph& graph, std::span<const GradientEvent> events) {
  std::set<NodeId> ids;
  for (const GradientEvent& event : events) {
    for (const Tensor& tensor : {event.variable, event.consumer, event.gradient, event.result})
      collect(graph, tensor, ids);
    for (const Tensor& tensor : event.tensors) collect(graph, tensor, ids);
    for (NodeId id = event.first_node; id < event.end_node; ++id) ids.insert(id);
  }
  return ancestors(graph, std::vector(ids.begin(), ids.end()));
}

std::string_view to_string(NodeKind kind) {
  switch (kind) {
    case NodeKind::input:
      return "input";
    case NodeKind::parameter:
      return "parameter";
    case NodeKind::constant:
      return "constant";
    case NodeKind::result:
      break;
  }
  return "result";
}

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::forward:
      return "forward";
    case Phase::gradient:
      return "gradient";
    case Phase::update:
      break;
  }
  return "update";
}

Json json_of(NodeId id, const Node& node) {
  Json json = {{"id", id}};
  if (!node.name.empty()) json["name"] = printable(node.name);
  json["op"] = printable(node.op ? node.op->name() : to_string(node.kind));
  json["type"] = gradtable::to_string(node.type);
  json["phase"] = to_string(node.phase);
  if (!node.inputs.empty()) json["inputs"] = node.inputs;
  if (node.forward_node >= 0) json["forward"] = node.forward_node;
  return json;
}

bool has_input(GradientLine line) {
  return line == GradientLine::consumer || line == GradientLine::op || line == GradientLine::bprop ||
         line == GradientLine::sum_to || line == GradientLine::chosen;
}

Json json_of(const GradientEvent& event) {
  Json json = {{"line", gradtable::to_string(event.line)}};
  const auto add = [&](const char* key, const Tensor& tensor) {
    if (!tensor.empty()) json[key] = tensor.id();
  };
  add("variable", event.variable);
  add("consumer", event.consumer);
  if (has_input(event.line)) json["input"] = event.input;
  add("gradient", event.gradient);
  add("result", event.result);
  if (event.end_node > event.first_node) json["inserted"] = {event.first_node, event.end_node};
  if (!event.reason.empty()) json["reason"] = event.reason;
  for (const Tensor& tensor : event.tensors) json["tensors"].push_back(tensor.id());
  return json;
}

// "name": [ with an element to a line ]
std::string list(std::string_view name, const std::vector<Json>& elements) {
  std::string text = fmt::format("\"{}\": [", name);
  for (std::size_t i = 0; i < elements.size(); ++i) text += (i > 0 ? ",\n" : "\n") + elements[i].dump();
  return text + "\n]";
}

}  // namespace

std::string gradient_events_json(const Graph& graph, std::span<const GradientEvent> events) {
  std::vector<Json> nodes, lines;
  for (const NodeId id : nodes_of(graph, events)) nodes.push_back(json_of(id, graph.node(id)));
  for (const GradientEvent& event : events) lines.push_back(json_of(event));
  return fmt::format("{{{},\n{}}}\n", list("nodes", nodes), list("events", lines));
}

}  // namespace gradtable::report
