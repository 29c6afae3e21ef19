// Formulas that overflow, divide zero by zero or lose all digits in a part, though not as a whole.
#pragma once

#include "gradtable/core/graph.hpp"
#include "gradtable/core/node.hpp"

namespace gradtable::detail {

// op(inputs) by other ops, equal for real numbers, finite and exact where a part of the formula as it is
// written is not; empty where no better form is known:
//
//   ln x, log1p(x)                  log_sigmoid, log_softmax, softplus, logsumexp, of x made of exponentials,
//                                   sigmoids and softmaxes by sums, products, quotients, powers and by
//                                   picking
//   sqrt x                          |u|, norm, of x made of squares in the same way, and of variances
//   e^x / sum e^x, e^x / (1 + e^x)  softmax, sigmoid
//   x - logsumexp(x)                log_softmax(x)
//   cross_entropy(p, y)             the sum that softmax_cross_entropy is the mean of, or nll of ln p
//   binary_cross_entropy(p, t)      binary_cross_entropy_with_logits, of p = sigmoid(x)
//
// docs/decisions/stable-forms.md has the whole list.
Tensor stable_form(const Op& op, std::span<const Tensor> inputs);

// Of the op of x, to be differentiated; empty for leaves. Constants of the user's stay in it: they may be
// targets later.
Tensor stable_form(const Tensor& x);

// Whether a node of the graph may have a stable form, by its op: cheap to ask, and true of all that have one.
bool may_have_stable_form(const Graph& graph, const Node& node);

}  // namespace gradtable::detail
