// Gradients that are 0 by a choice, as inside where: times an infinite derivative they stay 0.
#pragma once

#include <span>

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

// An entry of the grad_table. `taken` is a uint8 that broadcasts to the gradient's shape: where it is 0, the
// gradient is 0 because another operand was taken (ops/patterns/choice.hpp). Empty: taken everywhere.
struct Cotangent {
  Tensor gradient;
  Tensor taken = {};

  bool empty() const { return gradient.empty(); }
};

// The sum of two parts of a gradient; either may be empty.
Cotangent sum_of(const Cotangent& a, const Cotangent& b);

// The part of the gradient of inputs[wrt] that op.bprop made of C's entry, with zeros where it is 0 by a
// choice, and summed to the input's shape.
Cotangent chosen(const Tensor& c, std::span<const Tensor> inputs, std::size_t wrt, const Cotangent& entry,
                 const Tensor& part);

}  // namespace gradtable::detail
