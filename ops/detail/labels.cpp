#include "gradtable/ops/detail/labels.hpp"

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/indexing.hpp"

namespace gradtable::detail {

TensorType infer_loss(std::span<const TensorType> inputs) {
  const TensorType &scores = inputs[0], &labels = inputs[1];
  const bool indices = labels.dtype == DType::int32;
  if (labels.dtype == DType::uint8 || labels.shape.rank() == 1) require_int32(labels, "labels");
  const DType dtype = floating(indices ? inputs.first(1) : inputs);
  const bool matrix = scores.shape.rank() == 2 && scores.shape[1] > 0;
  const bool fits = matrix && labels.shape == (indices ? scores.shape.first(1) : scores.shape);
  if (!fits)
    throw ShapeError(
        fmt::format("expected scores (m,k) with k > 0 and labels, int32 (m) or rows (m,k), got {} and {}",
                    to_string(scores), to_string(labels)));
  return {dtype, {}};
}

void require_int32(const TensorType& found, std::string_view what) {
  if (found.dtype != DType::int32)
    throw ShapeError(fmt::format("expected int32 {0}, got {1}; cast({0}, DType::int32) makes them", what,
                                 to_string(found)));
}

void require_labels(std::string_view op, std::span<const std::int32_t> labels, Parts range,
                    std::int64_t classes) {
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const std::int32_t label = labels[static_cast<std::size_t>(i)];
    if (label < 0 || label >= classes)
      throw DataError(
          fmt::format("{}: expected labels from 0 to {}, got {} at {}", op, classes - 1, label, i));
  }
}

Tensor label_rows(const Tensor& labels, const Tensor& scores) {
  return labels.dtype() == DType::int32 ? one_hot(labels, scores.shape()[1], scores.dtype()) : labels;
}

}  // namespace gradtable::detail
