#include <unordered_set>

#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/patterns/product.hpp"

namespace gradtable::detail {
namespace {

// Rows of W for each row of every slice's product, at least: below, writing and adding these costs more than
// reading the rows of W that another core has changed.
constexpr std::int64_t kRowsPerRow = 3;

bool worth_slicing(const Node& node, std::span<const Tensor> inputs, int slices) {
  const auto* product = dynamic_cast<const MatMul*>(node.op.get());
  if (!product || product->b_transposed() == Transpose::yes || product->a_transposed() == Transpose::yes)
    return false;
  return inputs[1].shape()[0] >= kRowsPerRow * slices * node.type.shape[0];
}

}  // namespace

Change partial_products(const Computation& from, int slices) {
  if (slices < 2) return {};
  Rewriter rewriter(from);
  std::unordered_set<const Array*> updated;
  for (const Update& update : from.updates) updated.insert(update.parameter.node().value.get());
  int sliced = 0;
  Computation made = rewriter.run([&](NodeId id) {
    const Node& node = rewriter.node(id);
    const std::vector<Tensor> inputs = rewriter.inputs_of(id);
    if (!worth_slicing(node, inputs, slices) || !updated.contains(inputs[1].node().value.get()))
      return Tensor();
    ++sliced;
    return sum(partial_products(inputs[0], inputs[1], slices, Transpose::no, Transpose::no, node.location),
               {0}, false, node.location);
  });
  if (sliced == 0) return {};
  return {std::move(made), fmt::format("{} products cut into {} slices of their sums", sliced, slices)};
}

}  // namespace gradtable::detail
