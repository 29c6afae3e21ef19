// The container of nodes. It only grows: nodes can be added at any time, also after a run, and never change.
//
// Building is for one thread at a time. A graph may be moved: its tensors and programs go with it, and what
// was moved from is a new graph without nodes. It is not copied.
#pragma once

#include <cstddef>
#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "gradtable/core/detail/graph_slot.hpp"
#include "gradtable/core/detail/node_index.hpp"
#include "gradtable/core/node.hpp"

namespace gradtable {

class Graph {
 public:
  Graph();
  ~Graph() = default;
  // Not while a Scope or a Derivative of the graph lives. References to the graph stay with the object that
  // was moved from; tensors find the graph: tensor.graph().
  Graph(Graph&& other);
  Graph& operator=(Graph&& other);

  // Leaves, each a node of its own, also where two constants have one value. Names of inputs and parameters
  // are not empty and differ from each other; GraphError otherwise.
  Tensor input(const std::string& name, const Shape& shape, DType dtype = DType::float32,
               Location at = Location::current());
  Tensor parameter(const std::string& name, Array value, Location at = Location::current());
  Tensor constant(Array value, Location at = Location::current());
  Tensor constant(double value, DType dtype = DType::float32, Location at = Location::current());
  // The number of an expression, such as 2 in x + 2: all literals of one type and value are one node, never
  // one of the constants above.
  Tensor literal(double value, DType dtype = DType::float32, Location at = Location::current());

  // The node op(inputs): the one that is there already when class, attributes and inputs agree, else a new
  // one. Throws ShapeError or GraphError with the user's line; GraphError also without an op or inputs.
  Tensor apply(const std::shared_ptr<const Op>& op, std::span<const Tensor> inputs, Location at);

  // A copy of another graph's node, on inputs of this graph with the same types, for passes that rewrite
  // graphs. Leaves share their numbers; place and phase are copied. An existing node of the same value is
  // returned instead: one with the same op and inputs, or a scalar constant without a name. So a graph of
  // copies has the values of the other one, but not all its derivatives by results and constants.
  Tensor copy(Node node, std::span<const Tensor> inputs);

  // Tells this graph from every other one of the process, whatever their addresses.
  std::uint32_t serial() const { return life_.slot().serial.load(std::memory_order_relaxed); }
  // Where tensors find it.
  const detail::GraphSlot& slot() const { return life_.slot(); }

  // Node ids run from 0 to size() - 1. The functions that take one do not check it.
  std::size_t size() const { return nodes_.size(); }
  const Node& node(NodeId id) const { return nodes_[static_cast<std::size_t>(id)]; }
  Tensor tensor(NodeId id) { return {*this, id}; }
  // The nodes that have this one among their inputs, in the order of creation, each once.
  std::span<const NodeId> consumers(NodeId id) const { return consumers_[static_cast<std::size_t>(id)]; }
  // The input or parameter of this name; GraphError if there is none.
  Tensor find(const std::string& name);

  // The number that a parameter or a constant holds now. GraphError for other nodes and other graphs.
  const Array& value(const Tensor& leaf) const;
  // Replaces a parameter's numbers, in programs compiled before, too. ShapeError when the type differs.
  void set_value(const Tensor& parameter, const ConstView& value);

  // Names the node, unless the user has named it.
  void set_name(NodeId id, const std::string& name);
  // Names a gradient's node by what it is, as "∂loss/∂W1", unless the user has named it. A node that is the
  // same as several has the names of all, up to eight: "∂loss/∂a1 = ∂loss/∂b1". Nodes of other phases and
  // literals stay as they are.
  void set_made_name(NodeId id, const std::string& name);
  // Says of a gradient's node that it is ∂z/∂v. z may be -1. The first v that has a name stays.
  void set_derivative(NodeId id, NodeId z, NodeId v);
  // The line of the user's source that messages name for a call at `at`.
  Location place(Location at) const;
  // A name that no input or parameter has yet: `wish`, or "wish 2", "wish 3", ...
  std::string free_name(const std::string& wish) const;

  // While a Scope lives, new nodes belong to `phase`. With a forward node given, they are that node's
  // gradient and carry its place in the user's source. With a place given, they carry it, whichever line of
  // a library makes them. In nested scopes the place of the outermost counts.
  class Scope {
   public:
    Scope(Graph& graph, Phase phase, NodeId forward_node = -1);
    Scope(Graph& graph, Location place);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Graph& graph_;
    Phase previous_phase_;
    NodeId previous_forward_node_;
    std::optional<Location> previous_place_;
  };

  // While one lives, a derivative is made. Its nodes are shared with each other and with other derivatives,
  // but never with a node made outside, nor with a target. Scalar constants are literals. Why:
  // docs/decisions/equal-nodes.md
  class Derivative {
   public:
    Derivative(Graph& graph, std::span<const Tensor> targets);
    ~Derivative();
    Derivative(const Derivative&) = delete;
    Derivative& operator=(const Derivative&) = delete;

   private:
    Graph& graph_;
    std::size_t previous_targets_;
  };

 private:
  void swap(Graph& other) noexcept;
  Tensor add(Node node);
  Tensor append(Node node);
  // Where equal nodes are looked for.
  detail::NodeIndex& known() { return derivatives_ > 0 ? known_of_derivatives_ : known_; }
  bool is_target(NodeId id) const;
  // -1 if there is none.
  NodeId find_equal(std::size_t hash, const Op& op, std::span<const Tensor> inputs);
  NodeId find_equal(std::size_t hash, const Array& scalar);
  Tensor equal_node(NodeId id, Phase phase, Location at);
  Tensor literal(Array scalar, Location at);
  Tensor add_constant(Array value, Location at, bool is_literal = false);
  Tensor add_leaf(NodeKind kind, const std::string& name, const TensorType& type,
                  std::shared_ptr<Array> value, Location at);
  TensorType infer(const Op& op, std::span<const Tensor> inputs, Location at);

  std::deque<Node> nodes_;                      // addresses stay
  std::vector<std::vector<NodeId>> consumers_;  // by node
  std::unordered_map<std::string, NodeId> leaves_by_name_;
  detail::NodeIndex known_;  // by hash of (op, inputs), or of a literal
  detail::NodeIndex known_of_derivatives_;
  std::vector<NodeId> targets_;    // of the derivatives that are being made, but inputs and parameters
  int derivatives_ = 0;            // Derivatives that live
  std::vector<TensorType> types_;  // of one op's inputs; kept to spare allocations
  Phase phase_ = Phase::forward;
  NodeId forward_node_ = -1;
  std::optional<Location> place_;
  detail::GraphLife life_{*this};  // last: whoever finds the graph finds all of it
};

// The node op(inputs) in the graph of its inputs; there is at least one input. Public functions of ops
// call it. Throws what Graph::apply does.
Tensor apply(const std::shared_ptr<const Op>& op, std::initializer_list<Tensor> inputs, Location at);

// The same for an op without attributes: one object serves all nodes.
template <class OpClass>
Tensor apply(std::initializer_list<Tensor> inputs, Location at) {
  static const std::shared_ptr<const Op> op = std::make_shared<const OpClass>();
  return apply(op, inputs, at);
}

// The book's access to a graph (Goodfellow et al., section 6.5.6). G is there for the book's sake: V knows
// it, and another one is a GraphError. The operation that computes V; null for a leaf.
const Op* get_operation(const Tensor& v);
// The children of V: the results that have V among their inputs.
std::vector<Tensor> get_consumers(const Tensor& v, Graph& graph);
// The parents of V: the inputs of its operation, in order.
std::vector<Tensor> get_inputs(const Tensor& v, Graph& graph);

}  // namespace gradtable
