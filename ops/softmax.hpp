// From scores to probabilities. Everything is float32 or float64.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y_j = exp(x_j - max x) / sum_i exp(x_i - max x) along an axis of x, the last one unless given, which has at
// least one number. The shift by the largest leaves the result as it is and keeps exp in range; nothing but
// -inf gives NaN. Throws ShapeError. Goodfellow et al., section 6.2.2.3.
Tensor softmax(const Tensor& x, std::int64_t axis = -1, Location at = Location::current());

// y_j = ln softmax(x)_j = (x_j - max x) - ln(1 + sum of the other exp(x_i - max x)), which keeps the digits
// of small y_j beside large x_j, and takes no logarithm of a probability that became 0. Axis as in softmax.
Tensor log_softmax(const Tensor& x, std::int64_t axis = -1, Location at = Location::current());

}  // namespace gradtable
