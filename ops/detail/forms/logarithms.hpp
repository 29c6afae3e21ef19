// Logarithms of formulas that overflow or vanish, though their logarithms do not.
#pragma once

#include "gradtable/ops/detail/forms/parts.hpp"

namespace gradtable::detail {

// ln x, of x made of exponentials, sigmoids and softmaxes by sums, products, quotients, powers and by
// picking; and ln(1 + x). Empty where nothing is gained.
Tensor logarithm_form(const Tensor& x, Constants constants);
Tensor log1p_form(const Tensor& x, Constants constants);

}  // namespace gradtable::detail
