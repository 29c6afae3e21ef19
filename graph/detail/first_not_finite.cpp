#include "gradtable/graph/detail/first_not_finite.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace gradtable::detail {
namespace {

template <class F>
auto with_elements(const ConstView& view, F&& f) {
  return dispatch_floating(view.dtype(), [&]<class T>() { return f(view.as<T>()); });
}

std::string label(const Computation& computation, NodeId id) {
  const std::string& name = computation.graph->node(id).name;
  return name.empty() ? fmt::format("%{}", computation.original(id)) : name;
}

void require_finite(const ConstView& view, const std::string& who, const Location& at) {
  if (all_finite(view, 0, view.shape().size())) return;
  const std::string first = with_elements(view, [](const auto& values) {
    return fmt::format("{}", *std::ranges::find_if(values, [](auto v) { return !std::isfinite(v); }));
  });
  throw NumericError(
      fmt::format("run: expected finite numbers, got {} first in {}  [{}]", first, who, to_string(at)));
}

ConstView value_of_leaf(const Node& node, const std::vector<FedInput>& fed) {
  if (node.kind != NodeKind::input) return node.value->view();
  return std::ranges::find(fed, node.name, &FedInput::name)->value;
}

}  // namespace

bool all_finite(const ConstView& view, std::int64_t begin, std::int64_t end) {
  if (!is_floating(view.dtype())) return true;
  return with_elements(view, [&](const auto& values) {
    return std::all_of(values.begin() + begin, values.begin() + end, [](auto v) { return std::isfinite(v); });
  });
}

void throw_first_not_finite(const Computation& computation, const std::vector<FedInput>& fed) {
  const Graph& graph = *computation.graph;
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
    require_finite(values[id], description(computation, id), node.location);
  }
  throw NumericError("run: expected finite numbers, got others in one of two runs of the same steps");
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

}  // namespace gradtable::detail
