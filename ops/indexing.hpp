// Between classes as numbers and classes as rows.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y[..., j] = 1 where j = labels[...], else 0. labels: int32 of any shape; y has one more axis, of extent
// `classes`. Running it throws DataError when a label is not in [0, classes).
Tensor one_hot(const Tensor& labels, std::int64_t classes, DType dtype = DType::float32,
               Location at = Location::current());

// y[...] = the j with the largest x[..., j], the first of them when there are several; int32. x has shape
// (...,n) with n > 0. It has no derivative. Throws ShapeError.
Tensor argmax(const Tensor& x, Location at = Location::current());

}  // namespace gradtable
