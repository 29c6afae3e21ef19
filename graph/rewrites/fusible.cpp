#include "gradtable/graph/rewrites/fusible.hpp"

namespace gradtable::detail {
namespace {

// Below, calling the steps block by block costs more than it spares.
constexpr std::int64_t kFewestElements = 256;
constexpr std::size_t kMostInputs = 8;

bool fits(const Shape& input, const Shape& output) {
  if (input == output || input.size() == 1) return true;
  const bool vector = input.rank() > 0 && input.rank() <= output.rank() && input[-1] == output[-1];
  return vector && input.size() == input[-1];
}

}  // namespace

bool is_fusible(const Graph& graph, const Node& node) {
  if (node.type.shape.size() < kFewestElements || !node.op || !node.op->elementwise()) return false;
  if (node.inputs.size() > kMostInputs) return false;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Shape& input = graph.node(node.inputs[i]).type.shape;
    if (!fits(input, node.type.shape)) return false;
    if (input == node.type.shape && !node.op->may_overwrite(i)) return false;
  }
  return true;
}

std::vector<Fused::Step> steps_of(const Rewriter& rewriter, NodeId id) {
  const Node& node = rewriter.node(id);
  if (const auto* fused = dynamic_cast<const Fused*>(node.op.get()))
    return fused->has_head() ? std::vector<Fused::Step>() : fused->steps();
  if (!is_fusible(rewriter.graph(), node)) return {};
  Fused::Step step{node.op, {}, node.type.dtype};
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    step.operands.push_back({Fused::Operand::From::input, i});
  return {step};
}

}  // namespace gradtable::detail
