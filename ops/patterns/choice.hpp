// Ops that take each element from one of their inputs: build_grad looks for them.
#pragma once

#include <span>

#include "gradtable/core/tensor.hpp"

namespace gradtable::detail {

// A base of op classes, besides Op.
class Choice {
 public:
  virtual ~Choice() = default;
  // Where elements may come from inputs[wrt]: a uint8 that broadcasts to the output's shape, of a reduction
  // to the input's. Elsewhere bprop gives this input 0, whatever arrives.
  virtual Tensor taken(std::span<const Tensor> inputs, const Tensor& output, std::size_t wrt) const = 0;
};

// A base of op classes whose elements are elements of their inputs, sums of them, or constants, at places
// that no real number decides: bprop puts gradients back, and gives 0 for 0.
class Copies {
 public:
  virtual ~Copies() = default;
};

// A base of op classes whose elements are sums of many products of elements of their inputs, as those of a
// matrix product: while these are finite, bprop gives 0 for 0.
class Contraction {
 public:
  virtual ~Contraction() = default;
};

}  // namespace gradtable::detail
