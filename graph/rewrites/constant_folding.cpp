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

Array computed(const Node& node, std::span<const Tensor> inputs) {
  std::vector<ConstView> views;
  std::vector<TensorType> types;
  for (const Tensor& input : inputs) {
    views.push_back(input.node().value->view());
    types.push_back(input.type());
  }
  Array value(node.type.dtype, node.type.shape);
  node.op->forward(views, value.view(), {0, node.op->parts(types, node.type)});
  return value;
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
    const std::vector<Tensor> inputs = rewriter.inputs_of(id);
    ++folded;
    return inputs.front().graph().constant(computed(node, inputs), node.location);
  });
  if (folded == 0) return {};
  return {std::move(made), fmt::format("{} results of constants computed once", folded)};
}

}  // namespace gradtable::detail
