// The costs of two-class scores, one for each element.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

// max(x, 0) - x t + ln(1 + e^-|x|), which binary_cross_entropy_with_logits is the mean of. Scores x and
// targets t of one shape and type, float32 or float64.
Tensor logit_cost(const Tensor& scores, const Tensor& targets, Location at = Location::current());

}  // namespace gradtable::detail
