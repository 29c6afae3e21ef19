// Predicates by which rewrite passes recognize element-wise arithmetic; linear.hpp has those of linear ops.
#pragma once

#include <optional>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// a - b, a * b, a / b, after broadcasting.
bool is_sub(const Op& op);
bool is_mul(const Op& op);
bool is_div(const Op& op);

// ln x, ln(1 + x), e^x, sigmoid x, tanh x
bool is_log(const Op& op);
bool is_log1p(const Op& op);
bool is_exp(const Op& op);
bool is_sigmoid(const Op& op);
bool is_tanh(const Op& op);

// x^2
bool is_square(const Op& op);

// c of x^c: the exponent of pow with a number, 1/2 of sqrt, -1 of reciprocal, 2 of square.
std::optional<double> exponent_of(const Op& op);

}  // namespace gradtable::detail
