// Between classes as numbers and classes as rows; elements taken and put back by their indices.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y[..., j] = 1 where j = labels[...], else 0. labels: int32 of any shape; y has one more axis, of extent
// `classes`, which is axis `axis` of y. Throws ShapeError; running it throws DataError when a label is not in
// [0, classes).
Tensor one_hot(const Tensor& labels, std::int64_t classes, DType dtype = DType::float32,
               std::int64_t axis = -1, Location at = Location::current());

// y[..., i..., ...] = x[..., indices[i...], ...], with the indices in place of `axis` of x. x has any element
// type, indices are int32 of any shape, which takes the place of the extent: (n,...) becomes (m,...) for
// indices (m). Negative indices count from the end. Throws ShapeError; running it throws DataError for an
// index that is not in [-n, n).
Tensor gather(const Tensor& x, const Tensor& indices, std::int64_t axis = 0,
              Location at = Location::current());

// y[..., j, ...] = the sum of the values[..., i..., ...] with indices[i...] = j: the gradient of gather.
// values are float32 or float64, their axes from `axis` on are those of the int32 indices, and y has `extent`
// in place of them: values (m,...) become (extent,...) for indices (m). `axis` counts y's axes. Throws
// ShapeError; running it throws DataError for an index that is not in [-extent, extent).
Tensor scatter_add(const Tensor& values, const Tensor& indices, std::int64_t extent, std::int64_t axis = 0,
                   Location at = Location::current());

}  // namespace gradtable
