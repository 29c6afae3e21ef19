// From scores to probabilities. Everything is float32 or float64.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y_j = exp(x_j - max x) / sum_i exp(x_i - max x) over the last axis of x, of shape (...,k) with k > 0. The
// shift by the largest leaves the result as it is and keeps exp in range; a row of nothing but -inf gives
// NaN. Throws ShapeError. Goodfellow et al., section 6.2.2.3.
Tensor softmax(const Tensor& x, Location at = Location::current());

// y_j = ln softmax(x)_j, without ever taking the logarithm of a probability that became 0. Shapes as in
// softmax.
Tensor log_softmax(const Tensor& x, Location at = Location::current());

}  // namespace gradtable
