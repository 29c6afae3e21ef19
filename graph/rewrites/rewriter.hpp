// Makes a new computation from an old one, node by node.
#pragma once

#include <vector>

#include "gradtable/core/node_map.hpp"
#include "gradtable/graph/computation.hpp"

namespace gradtable::detail {

// Whether the predicate holds for some result of the graph, needed or not. A pass asks this first, so that
// it does not copy a graph in which it finds nothing.
template <class Predicate>
bool any_result(const Graph& graph, Predicate&& holds) {
  for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id) {
    if (graph.node(id).op && holds(graph.node(id))) return true;
  }
  return false;
}

class Rewriter {
 public:
  enum class Nodes : bool { needed, all };

  explicit Rewriter(const Computation& from, Nodes nodes = Nodes::needed);

  // The old nodes that are rewritten, each after its inputs.
  const std::vector<NodeId>& order() const { return order_; }
  const Graph& graph() const { return *from_.graph; }
  const Node& node(NodeId id) const { return from_.graph->node(id); }
  // How many needed nodes read an old node, once for each input of theirs, and one more for each time that it
  // is an output, an update's value or checked.
  int uses(NodeId id) const { return uses_[id]; }

  // The new tensor that replaces an old node whose turn has come.
  Tensor operator[](NodeId id) const { return copies_[id]; }
  // The new tensors that replace the inputs of an old node.
  std::vector<Tensor> inputs_of(NodeId id) const;
  // A copy of the old node in the new graph.
  Tensor copy(NodeId id);

  // The new computation. replace(id) is called for each old node in the order of order(). It returns an
  // empty tensor for a copy; else a tensor of the new graph, of the same type, whose new nodes get
  // the old one's place, phase and name.
  template <class Replace>
  Computation run(Replace&& replace) {
    for (const NodeId id : order_) {
      Tensor made;
      {
        const Graph::Scope scope(*to_.graph, node(id).phase, forward_node(id));
        made = replace(id);
      }
      put(id, made.empty() ? copy(id) : made);
    }
    return finish();
  }

 private:
  NodeId forward_node(NodeId id) const;
  void put(NodeId id, const Tensor& made);
  Computation finish();

  const Computation& from_;
  Computation to_;
  std::vector<NodeId> order_;
  NodeMap<int> uses_;
  NodeMap<Tensor> copies_;
};

}  // namespace gradtable::detail
