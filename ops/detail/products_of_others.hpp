// The derivative of a product by each of its factors.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

// y_ij = the product of the x_im with m != j; x and y are (n,k), float32 or float64. Exact where factors are
// 0: nothing is divided. There are derivatives to the order 6, then GradientError.
Tensor products_of_others(const Tensor& x, Location at = Location::current());

}  // namespace gradtable::detail
