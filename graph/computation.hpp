// A graph with what is asked of it: what is compiled, and what passes rewrite.
#pragma once

#include <memory>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable {

struct Computation {
  std::shared_ptr<Graph> graph;
  // Tensors of the graph, in the caller's order.
  std::vector<Tensor> outputs;
  std::vector<Update> updates;
  std::vector<Tensor> finite;
  // The user's node that each node stands for, or was made for; empty for the user's own graph. Messages name
  // nodes by it.
  std::vector<NodeId> originals = {};

  NodeId original(NodeId id) const {
    return originals.empty() ? id : originals[static_cast<std::size_t>(id)];
  }
};

// The nodes that a computation needs, each after its inputs: those of the outputs and checks in the order of
// creation, then those that only updates need, so that parameters change as late as can be.
std::vector<NodeId> needed_nodes(const Computation& computation);

}  // namespace gradtable
