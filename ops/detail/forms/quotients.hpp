// Quotients of exponentials as softmax and sigmoid. Each function gives an empty tensor where there is no
// form.
#pragma once

#include "gradtable/ops/detail/forms/parts.hpp"

namespace gradtable::detail {

// 1 and y, with its sign, where x = 1 + y or 1 - y and y is of x's shape.
std::optional<SumOfTwo> beside_one(const Tensor& x, Constants constants);

// 1 / x of x = 1 + e^u
Tensor inverse_form(const Tensor& x, Constants constants);

// a / b of a = e^u and b = sum e^u or b = 1 + e^u, or of a = 1
Tensor quotient_form(const Tensor& a, const Tensor& b, Constants constants);

// a b of b = 1 / sum e^u or of a = e^u and b = sigmoid(-u), or the other way round
Tensor reciprocal_product_form(const Tensor& a, const Tensor& b, Constants constants);

}  // namespace gradtable::detail
