// Constant values that are known when a program is compiled.
#pragma once

#include <optional>

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

// The number that all elements have, for a constant of one value or what is broadcast from one; NaN is not
// told.
std::optional<double> constant_value(const Tensor& x);

// Input 0 of x's op when the op is an OpClass, else an empty tensor.
template <class OpClass>
Tensor argument_of(const Tensor& x) {
  const Node& node = x.node();
  return dynamic_cast<const OpClass*>(node.op.get()) ? x.graph().tensor(node.inputs[0]) : Tensor();
}

// The op of x, which is an OpClass.
template <class OpClass>
const OpClass& op_of(const Tensor& x) {
  return static_cast<const OpClass&>(*x.node().op);
}

}  // namespace gradtable::detail
