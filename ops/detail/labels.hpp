// Labels in a loss: class indices, int32 of shape (m), or rows of weights, one-hot as a rule, of the scores'
// type and shape (m,k).
#pragma once

#include <span>
#include <string_view>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// The rule of losses over (scores, labels): the type of the loss, a scalar. Throws ShapeError.
TensorType infer_loss(std::span<const TensorType> inputs);

// Throws ShapeError("expected int32 labels, got float32 (4); cast(labels, DType::int32) makes them") for
// another element type. `what`: labels or indices.
void require_int32(const TensorType& found, std::string_view what);

// Throws DataError("op: expected labels from 0 to k-1, got 12 at 3") for the first wrong one of `range`.
void require_labels(std::string_view op, std::span<const std::int32_t> labels, Parts range,
                    std::int64_t classes);

// Labels as rows of shape (m,k) and of the scores' type.
Tensor label_rows(const Tensor& labels, const Tensor& scores);

}  // namespace gradtable::detail
