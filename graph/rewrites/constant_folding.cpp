#include <algorithm>

#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"

namespace gradtable::detail {
namespace {

// A constant may be as large as a page whatever it is made of.
constexpr std::size_t kSmall = 4096;

// Whether a node on these inputs is computed once: nodes, of the old graph or of the new one.
template <class NodeOf>
bool folds(const Node& node, const NodeOf& node_of) {
  if (!node.op || node.inputs.empty() || node.op->may_throw()) return false;
  std::size_t bytes = kSmall;
  for (const NodeId id : node.inputs) {
    const Node& input = node_of(id);
    if (input.kind != NodeKind::constant) return false;
    bytes = std::max(bytes, input.type.bytes());
  }
  return node.type.bytes() <= bytes;
}

}  // namespace

Change constant_folding(const Computation& from) {
  const Graph& graph = *from.graph;
  const auto in_old_graph = [&](NodeId id) -> const Node& { return graph.node(id); };
  if (!any_result(graph, [&](const Node& node) { return folds(node, in_old_graph); })) return {};
  Rewriter rewriter(from);
  const auto in_new_graph = [&](NodeId id) -> const Node& { return rewriter[id].node(); };
  int folded = 0;
  Computation made = rewriter.run([&](NodeId id) {
    const Node& node = rewriter.node(id);
    if (!folds(node, in_new_graph)) return Tensor();
    std::vector<ConstView> numbers;
    for (const NodeId input : node.inputs) numbers.push_back(in_new_graph(input).value->view());
    ++folded;
    return rewriter[node.inputs.front()].graph().constant(compute(*node.op, numbers), node.location);
  });
  if (folded == 0) return {};
  return {std::move(made), fmt::format("{} results of constants computed once", folded)};
}

}  // namespace gradtable::detail
