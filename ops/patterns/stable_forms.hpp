// Formulas that overflow, divide zero by zero or lose all digits in a part, though not as a whole.
#pragma once

#include "gradtable/core/graph.hpp"
#include "gradtable/core/node.hpp"

namespace gradtable::detail {

// op(inputs) by other ops, equal for real numbers, finite and exact where a part of the formula as it is
// written is not; empty where no better form is known:
//
//   ln sigmoid(x), ln(1 - sigmoid(x))          log_sigmoid(x), log_sigmoid(-x)
//   ln softmax(x)                              log_softmax(x)
//   ln(1 + e^x), log1p(e^x), ln e^x            softplus(x), softplus(x), x
//   ln sum e^x, ln mean e^x, ln(e^x + e^y)     logsumexp
//   e^x / sum e^x, e^x / (1 + e^x), 1 / (1 + e^x)   softmax(x), sigmoid(x), sigmoid(-x)
//   x - logsumexp(x)                           log_softmax(x)
//   sqrt sum x^2, sqrt mean x^2, sqrt(x^2 + y^2), sqrt x^2   norm, |x|
//   cross_entropy(softmax(x), y)               the sum that softmax_cross_entropy(x, y) is the mean of
Tensor stable_form(const Op& op, std::span<const Tensor> inputs);

// Of the op of x; empty for leaves.
Tensor stable_form(const Tensor& x);

// Whether a node of the graph may have a stable form, by its op: cheap to ask, and true of all that have one.
bool may_have_stable_form(const Graph& graph, const Node& node);

}  // namespace gradtable::detail
