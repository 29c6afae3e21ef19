// Between classes as numbers and classes as rows; rows taken and put back by their numbers.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y[..., j] = 1 where j = labels[...], else 0. labels: int32 of any shape; y has one more axis, of extent
// `classes`. Running it throws DataError when a label is not in [0, classes).
Tensor one_hot(const Tensor& labels, std::int64_t classes, DType dtype = DType::float32,
               Location at = Location::current());

// y[i, ...] = x[indices[i], ...]. x has any element type and the shape (n,...), indices are int32 (m), y is
// (m,...). Throws ShapeError; running it throws DataError for an index that is not in [0, n).
Tensor gather(const Tensor& x, const Tensor& indices, Location at = Location::current());

// y[j, ...] = the sum of the values[i, ...] with indices[i] = j: the gradient of gather. values are float32
// or float64 (m,...), indices int32 (m), y is (rows,...). Throws ShapeError; running it throws DataError for
// an index that is not in [0, rows).
Tensor scatter_add(const Tensor& values, const Tensor& indices, std::int64_t rows,
                   Location at = Location::current());

}  // namespace gradtable
