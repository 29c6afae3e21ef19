// What passes that rewrite graphs ask of the arithmetic of elements; what is linear they see by linear.hpp.
#pragma once

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// a - b, a * b, a / b, after broadcasting.
bool is_sub(const Op& op);
bool is_mul(const Op& op);
bool is_div(const Op& op);

// The natural logarithm.
bool is_log(const Op& op);

}  // namespace gradtable::detail
