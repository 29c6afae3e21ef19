// One variable of the computational graph.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gradtable/core/array.hpp"
#include "gradtable/core/error.hpp"
#include "gradtable/core/op.hpp"
#include "gradtable/core/tensor.hpp"

namespace gradtable {

// An input gets its value at each run, a parameter keeps one that runs may update, a constant's value never
// changes, and a result is computed by its op.
enum class NodeKind : std::uint8_t { input, parameter, constant, result };

// Which part of a training step a node was made for. Drawings and messages use it; results never depend on
// it.
enum class Phase : std::uint8_t { forward, gradient, update };

struct Node {
  NodeKind kind = NodeKind::result;
  Phase phase = Phase::forward;
  NodeId forward_node = -1;      // of a gradient node: the forward node whose bprop made it
  std::shared_ptr<const Op> op;  // of a result; null for the leaves
  std::vector<NodeId> inputs;    // in the op's order; one node may stand there twice
  TensorType type;
  std::shared_ptr<Array> value;  // of a parameter or a constant
  bool is_literal = false;       // a constant that is a number of an expression: no tensor of the user's
  NodeId derivative_of = -1;     // of a gradient ∂z/∂v: z, where it is one node,
  NodeId derivative_by = -1;     // and v
  std::string name;              // empty for most results
  bool is_name_made = false;     // as "∂loss/∂W1": one that the user gives takes its place
  Location location;             // the user's call; for a gradient node, the call that made its forward node
};

}  // namespace gradtable
