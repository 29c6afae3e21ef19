// What the passes do to the nodes of a graph, for people: which are folded, fused, or computed in a
// parameter's memory.
#pragma once

#include <string>
#include <vector>

#include "gradtable/graph/plan.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable {

// Of one pass. Nodes are the user's. Names of ops are those of Op::name.
struct PassEffect {
  struct Made {
    NodeId node;
    std::string op;  // computes it after this pass, "matmul+add_bias+relu"; empty: it is a constant
  };

  Rewrite rewrite;           // what Program::rewrites says of it
  std::vector<Made> made;    // computed in another way than before, in the order of creation
  std::vector<NodeId> gone;  // have no step any more: fused, or removed
};

struct PassEffects {
  struct InParameter {
    NodeId node;
    NodeId parameter;
  };

  std::vector<PassEffect> passes;          // those that changed something, in their order
  std::vector<InParameter> in_parameters;  // updates that are computed in the parameter's own memory
};

// Of the program that compile makes with these options. Compiles it, and applies each pass once more. Throws
// what compile throws.
PassEffects pass_effects(Graph& graph, const CompileOptions& options);

}  // namespace gradtable
