// Scores whose sigmoids are given probabilities.
#pragma once

#include "gradtable/ops/detail/forms/parts.hpp"

namespace gradtable::detail {

// ln(p / (1 - p)) of p = sigmoid(x), also written out in exponentials, of p = softmax(x) over two classes,
// and of 1 - p and picked elements of these; else empty.
Tensor logit_form(const Tensor& p, Constants constants);

}  // namespace gradtable::detail
