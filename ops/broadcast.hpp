// Repeating and summing: each is the derivative of the other.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y = x repeated to `shape` by NumPy's rule; every element type. Throws ShapeError when x does not broadcast
// to it.
Tensor broadcast_to(const Tensor& x, const Shape& shape, Location at = Location::current());

// y = x summed over the axes along which `shape` would be repeated to give x's shape: the transpose of
// broadcast_to; float32 or float64. Throws ShapeError when `shape` does not broadcast to x's.
Tensor sum_to(const Tensor& x, const Shape& shape, Location at = Location::current());

// A tensor of x's shape and type, all elements `value`. Throws ShapeError when x's type is int32 or uint8 and
// does not have it.
Tensor full_like(const Tensor& x, double value, Location at = Location::current());
inline Tensor zeros_like(const Tensor& x, Location at = Location::current()) {
  return full_like(x, 0, at);
}

}  // namespace gradtable
