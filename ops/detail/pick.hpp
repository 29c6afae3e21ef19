// The numbers that belong to the classes of labels. Axis 1 is that of the classes: x is (n,k,...), labels are
// int32 (n,...).
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

// The type of pick(x, labels). Throws ShapeError("expected ..., got ...").
TensorType infer_pick(std::span<const TensorType> inputs);

// z[n,...] = x[n, labels[n,...], ...], and 0 where a label is `ignored`, which need not be a class. Running
// it throws DataError for other labels that are not in [0,k), in the name of the public function that picks,
// a literal.
Tensor pick(const Tensor& x, const Tensor& labels, std::string_view function,
            std::optional<std::int32_t> ignored = {}, Location at = Location::current());

}  // namespace gradtable::detail
