#include <unordered_set>

#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/patterns/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::detail {
namespace {

// Rows of W for each row of every slice's product, at least: below, writing and adding these costs more than
// reading the rows of W that another core has changed.
constexpr std::int64_t kRowsPerRow = 3;

// The product of a node worth slicing, on W = `weights`.
bool worth_slicing(const Node& node, const Node& weights, int slices) {
  const auto& product = dynamic_cast<const MatMul&>(*node.op);
  if (product.b_transposed() == Transpose::yes || product.a_transposed() == Transpose::yes) return false;
  return weights.type.shape[0] >= kRowsPerRow * slices * node.type.shape[0];
}

}  // namespace

Change partial_products(const Computation& from, int slices) {
  if (slices < 2) return {};
  const Graph& graph = *from.graph;
  std::unordered_set<const Array*> updated;
  for (const Update& update : from.updates) updated.insert(update.parameter.node().value.get());
  const auto is_sliced = [&](const Node& node) {
    if (!dynamic_cast<const MatMul*>(node.op.get())) return false;
    const Node& weights = graph.node(node.inputs[1]);
    return updated.contains(weights.value.get()) && worth_slicing(node, weights, slices);
  };
  if (!any_result(graph, is_sliced)) return {};
  Rewriter rewriter(from);
  int sliced = 0;
  Computation made = rewriter.run([&](NodeId id) {
    const Node& node = rewriter.node(id);
    if (!node.op || !is_sliced(node)) return Tensor();
    const std::vector<Tensor> inputs = rewriter.inputs_of(id);
    ++sliced;
    return sum(partial_products(inputs[0], inputs[1], slices, Transpose::no, Transpose::no, node.location),
               {0}, false, node.location);
  });
  if (sliced == 0) return {};
  return {std::move(made), fmt::format("{} products cut into {} slices of their sums", sliced, slices)};
}

}  // namespace gradtable::detail
