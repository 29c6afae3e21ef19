// The same numbers in another shape or order.
#pragma once

#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y = x, read row by row into another shape of the same size; float32 or float64. Throws ShapeError.
Tensor reshape(const Tensor& x, const Shape& shape, Location at = Location::current());

// y[i_axes[0], i_axes[1], ...] = x[i_0, i_1, ...]: axis k of y is axis axes[k] of x. Without axes, their
// order is reversed: the transpose of a matrix. Throws ShapeError when `axes` is not a permutation.
Tensor transpose(const Tensor& x, std::vector<std::int64_t> axes = {}, Location at = Location::current());

}  // namespace gradtable
