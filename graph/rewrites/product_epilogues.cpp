#include <optional>
#include <utility>

#include <fmt/format.h>

#include "gradtable/graph/rewrites/fusible.hpp"
#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/ops/patterns/matmul.hpp"

namespace gradtable::detail {
namespace {

// A matrix product, or the sum of its slices.
bool is_head(const Rewriter& rewriter, NodeId id) {
  const Node& node = rewriter.node(id);
  if (!node.op) return false;
  if (dynamic_cast<const PartialProducts*>(node.op.get())) return false;
  if (dynamic_cast<const Product*>(node.op.get())) return true;
  if (node.inputs.size() != 1 || node.type.shape.rank() != 2) return false;
  return dynamic_cast<const PartialProducts*>(rewriter.node(node.inputs[0]).op.get()) != nullptr;
}

// Which input of a node is a head that nobody else uses.
std::optional<std::size_t> find_head(const Rewriter& rewriter, const Node& node) {
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const NodeId input = node.inputs[i];
    if (rewriter.uses(input) == 1 && rewriter.node(input).type == node.type && is_head(rewriter, input))
      return i;
  }
  return std::nullopt;
}

// Operands that counted the inputs of the node now count those of head and node together.
void put_behind(std::vector<Fused::Step>& steps, std::size_t head, std::size_t head_inputs) {
  for (Fused::Step& step : steps) {
    for (Fused::Operand& operand : step.operands) {
      if (operand.from != Fused::Operand::From::input) continue;
      if (operand.index == head)
        operand = {Fused::Operand::From::head};
      else
        operand.index += head_inputs - (operand.index > head ? 1 : 0);
    }
  }
}

}  // namespace

Change product_epilogues(const Computation& from) {
  // A product has two axes; casting to a base class takes longer than looking at the shape.
  const auto is_product = [](const Node& node) {
    return node.type.shape.rank() >= 2 && dynamic_cast<const Product*>(node.op.get());
  };
  if (!any_result(*from.graph, is_product)) return {};
  Rewriter rewriter(from);
  int fused = 0;
  Computation made = rewriter.run([&](NodeId id) {
    const Node& node = rewriter.node(id);
    std::vector<Fused::Step> steps = steps_of(rewriter, id);
    if (steps.empty()) return Tensor();
    const std::optional<std::size_t> place = find_head(rewriter, node);
    if (!place) return Tensor();
    const Node& head = rewriter.node(node.inputs[*place]);
    std::vector<Tensor> inputs = rewriter.inputs_of(node.inputs[*place]);
    put_behind(steps, *place, inputs.size());
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (i != *place) inputs.push_back(rewriter[node.inputs[i]]);
    }
    ++fused;
    return inputs.front().graph().apply(
        std::make_shared<const Fused>(head.op, head.inputs.size(), std::move(steps), node.type), inputs,
        node.location);
  });
  if (fused == 0) return {};
  return {std::move(made), fmt::format("{} products with the element-wise ops behind them", fused)};
}

}  // namespace gradtable::detail
