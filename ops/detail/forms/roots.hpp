// Square roots of sums of squares.
#pragma once

#include "gradtable/ops/detail/forms/parts.hpp"

namespace gradtable::detail {

// sqrt x, of x made of squares, x^T x and variances by sums, multiples and by picking; else empty.
Tensor square_root_form(const Tensor& x, Constants constants);

}  // namespace gradtable::detail
