// Functions from gradients to gradients, such as clipping and decay, between build_grad and an optimizer:
//
//   momentum(weight_decay(clip_norm(table, 1), 1e-4), 0.1)
//
// Each gives a table of the same targets. Throws ConfigError for numbers out of range.
#pragma once

#include "gradtable/graph/build_grad.hpp"

namespace gradtable {

// Which targets a penalty is for: all, or those of two axes or more, which are weights and not biases
// (Goodfellow et al., section 7.1).
enum class Penalized : bool { all, weights };

// Whether the penalty is for this target.
bool is_penalized(const Tensor& target, Penalized penalized);

// g <- g min(1, limit / |g|), where |g| is the norm of all gradients of the table together: the direction
// stays (Goodfellow et al., equations 10.48 and 10.49). A gradient of 0 stays 0. The limit is finite and
// above 0. A norm whose square is not finite gives zeros, or NaN where a gradient is not finite.
GradTable clip_norm(const GradTable& table, double limit);

// g <- g, but limit where it is larger, and -limit where it is less; NaN stays. The limit is finite and above
// 0.
GradTable clip_value(const GradTable& table, double limit);

// g <- g + decay theta: the gradient of decay/2 |theta|^2 besides the loss's (section 7.1.1), as
// weight_decay of PyTorch's SGD and Adam. For the decay that no optimizer rescales, see adamw. The decay
// is finite and at least 0.
GradTable weight_decay(const GradTable& table, double decay, Penalized penalized = Penalized::all);

// g <- g + factor sign(theta), 0 for theta = 0: the gradient of factor |theta|_1 besides the loss's (section
// 7.1.2). The factor is finite and at least 0.
GradTable l1_decay(const GradTable& table, double factor, Penalized penalized = Penalized::all);

}  // namespace gradtable
