// Norms of weights that are added to a loss: the book's Omega (Goodfellow et al., section 7.1). w is float32
// or float64 of any shape, the result a scalar. Throws ShapeError.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// z = sum_i |w_i|; the derivative at 0 is 0.
Tensor l1_penalty(const Tensor& w, Location at = Location::current());

// z = 1/2 sum_i w_i^2
Tensor l2_penalty(const Tensor& w, Location at = Location::current());

}  // namespace gradtable
