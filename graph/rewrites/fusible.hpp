// Which nodes can be steps of a fused op.
#pragma once

#include "gradtable/graph/rewrites/fused.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"

namespace gradtable::detail {

// Whether a node is an element-wise op that Fused can take as a step: every input has the shape of the
// output, is a single number, or is a vector along the last axis; and there is enough to compute for it to
// pay.
bool is_fusible(const Graph& graph, const Node& node);

// The steps of a node: of a fused op without a head, its own; of a fusible node, one; else none. Operands of
// kind input count the node's inputs.
std::vector<Fused::Step> steps_of(const Rewriter& rewriter, NodeId id);

}  // namespace gradtable::detail
