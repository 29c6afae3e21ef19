#include "gradtable/models/report/detail/graph_json.hpp"

#include <set>
#include <string>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/graph/ancestors.hpp"

namespace gradtable::report::detail {
namespace {

void collect(const Graph& graph, const Tensor& tensor, std::string_view where, std::set<NodeId>& ids) {
  if (tensor.empty()) return;
  if (tensor.graph_serial() != graph.serial())
    throw GraphError(
        fmt::format("{}: expected events of this graph, got {} of another", where, tensor.label()));
  ids.insert(tensor.id());
}

std::string_view leaf_name(NodeKind kind) {
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

bool has_input(GradientLine line) {
  return line == GradientLine::consumer || line == GradientLine::op || line == GradientLine::bprop ||
         line == GradientLine::sum_to || line == GradientLine::chosen;
}

}  // namespace

std::vector<NodeId> nodes_of(const Graph& graph, std::span<const GradientEvent> events,
                             std::string_view where) {
  std::set<NodeId> ids;
  for (const GradientEvent& event : events) {
    for (const Tensor& tensor : {event.variable, event.consumer, event.gradient, event.result})
      collect(graph, tensor, where, ids);
    for (const Tensor& tensor : event.tensors) collect(graph, tensor, where, ids);
    for (NodeId id = event.first_node; id < event.end_node; ++id) ids.insert(id);
  }
  return ancestors(graph, std::vector(ids.begin(), ids.end()));
}

std::string_view op_name(const Node& node) {
  return node.op ? node.op->name() : leaf_name(node.kind);
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
  json["op"] = printable(op_name(node));
  json["type"] = gradtable::to_string(node.type);
  json["phase"] = to_string(node.phase);
  if (!node.inputs.empty()) json["inputs"] = node.inputs;
  if (node.forward_node >= 0) json["forward"] = node.forward_node;
  return json;
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
  if (event.line == GradientLine::start || event.line == GradientLine::end) json["tensors"] = Json::array();
  for (const Tensor& tensor : event.tensors) json["tensors"].push_back(tensor.id());
  return json;
}

}  // namespace gradtable::report::detail
