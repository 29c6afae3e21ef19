// The derivative of logsumexp.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

// softmax(x) along the axis, but 0 where there is nothing but -inf.
Tensor softmax_or_zeros(const Tensor& x, std::int64_t axis);

}  // namespace gradtable::detail
