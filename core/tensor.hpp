// A Tensor is a handle to one node of a graph: cheap to copy, valid while its graph lives, and refused after.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "gradtable/core/array.hpp"
#include "gradtable/core/error.hpp"

namespace gradtable {

class Graph;
struct Node;
namespace detail {
struct GraphSlot;
}

// The place of a node in the order of creation. Inputs come before what is made of them, so it is also a
// topological order.
using NodeId = std::int32_t;

class Tensor {
 public:
  Tensor() = default;
  // Node `id` of the graph, which has it: not checked.
  Tensor(Graph& graph, NodeId id);

  bool empty() const { return slot_ == nullptr; }
  // Whether there is a graph, and it still lives.
  bool alive() const;
  // The following throw GraphError on an empty tensor, and those that ask the graph when it is gone.
  NodeId id() const;
  // Tells the graph from every other one of the process, also after it has gone.
  std::uint32_t graph_serial() const;
  Graph& graph() const;
  const Node& node() const;
  const TensorType& type() const;
  const Shape& shape() const { return type().shape; }
  DType dtype() const { return type().dtype; }
  // For people: its name; if it has none, what it is, as "matmul of x, W1" or "a constant"; or that there is
  // no such node.
  std::string label() const;
  // Gives the node a name for messages and drawings, unless it has one: equal nodes are made once, and keep
  // the first name that they are given. Returns the same tensor.
  Tensor named(const std::string& name) const;

  // An index, and the place in the user's source.
  struct Index {
    Index(std::int64_t index, Location where = Location::current()) : value(index), at(where) {}

    std::int64_t value;
    Location at;
  };
  // x[i]: element i of the first axis, with the axes behind it, as a node. Negative indices count from the
  // end. Throws ShapeError for others that are not there. An op: ops/slicing.cpp makes the node.
  Tensor operator[](const Index& index) const;

  friend bool operator==(const Tensor&, const Tensor&) = default;

 private:
  Graph& living(const char* what) const;

  const detail::GraphSlot* slot_ = nullptr;
  NodeId id_ = -1;
  std::uint32_t graph_serial_ = 0;
};

}  // namespace gradtable

template <>
struct std::hash<gradtable::Tensor> {
  std::size_t operator()(const gradtable::Tensor& t) const {
    return t.empty() ? 0 : static_cast<std::size_t>(t.id());
  }
};
