// Predicates by which rewrite passes recognize ops that reshape, reorder and repeat.
#pragma once

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// Y = X^T, for a matrix X of this type.
bool is_matrix_transpose(const Op& op, const TensorType& input);

// The same numbers in another shape.
bool is_reshape(const Op& op);

// Numbers repeated along axes.
bool is_broadcast(const Op& op);

}  // namespace gradtable::detail
