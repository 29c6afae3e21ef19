#include "gradtable/graph/execution/first_not_finite.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "gradtable/graph/program.hpp"

namespace gradtable::detail {
namespace {

std::string label(const Computation& computation, NodeId id) {
  const std::string& name = computation.graph->node(id).name;
  return name.empty() ? fmt::format("%{}", computation.original(id)) : name;
}

std::string sentence(const Computation& computation, NodeId id, const ConstView& view) {
  return fmt::format("run: expected finite numbers, got {} first in {}", first_not_finite(view),
                     in_message(computation, id));
}

ConstView value_of_leaf(const Node& node, const std::vector<FedInput>& fed) {
  if (node.kind != NodeKind::input) return node.value->view();
  return std::ranges::find(fed, node.name, &FedInput::name)->value;
}

}  // namespace

double first_not_finite(const ConstView& view) {
  return dispatch_floating(view.dtype(), [&]<class T>() {
    const auto is_not_finite = [](T number) { return !std::isfinite(number); };
    return static_cast<double>(*std::ranges::find_if(view.as<T>(), is_not_finite));
  });
}

void throw_first_not_finite(const Computation& computation, const std::vector<FedInput>& fed, double found) {
  const Graph& graph = *computation.graph;
  std::string message;  // about the first one
  std::map<NodeId, Array> results;
  std::map<NodeId, ConstView> values;
  for (const NodeId id : needed_nodes(computation)) {
    const Node& node = graph.node(id);
    if (!node.op) {
      values[id] = value_of_leaf(node, fed);
    } else {
      std::vector<ConstView> inputs;
      for (const NodeId input : node.inputs) inputs.push_back(values[input]);
      values[id] = results.emplace(id, compute(*node.op, inputs)).first->second.view();
    }
    if (all_finite(values[id])) continue;
    if (message.empty()) message = sentence(computation, id, values[id]);
    if (!node.name.empty()) throw NotFiniteError(message, found, node.name);
  }
  if (message.empty())
    message = "run: expected finite numbers, got others in one of two runs of the same steps";
  throw NotFiniteError(message, found, "");
}

std::string description(const Computation& computation, NodeId id) {
  const Node& node = computation.graph->node(id);
  std::string text = label(computation, id);
  if (!node.op) return text;
  text.append(" (").append(node.op->name());
  const char* separator = " of ";
  for (const NodeId input : node.inputs) {
    if (!node.name.empty()) break;
    text.append(separator).append(label(computation, input));
    separator = ", ";
  }
  return text += ')';
}

std::string in_message(const Computation& computation, NodeId id) {
  const Node& node = computation.graph->node(id);
  std::string text = computation.graph->tensor(id).label();
  if (node.op && !node.name.empty()) text.append(" (").append(node.op->name()).append(")");
  return fmt::format("{}  [{}]", text, to_string(node.location));
}

}  // namespace gradtable::detail
