// Numbers to try ops on, and the values expected of them by plain loops over doubles, which share nothing
// with the library's ops. All arrays are float64.
#pragma once

#include <functional>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable::testing {

inline constexpr DType kRealTypes[] = {DType::float32, DType::float64};

// Numbers between -1.5 and 1.5 without any symmetry, at least 0.05 away from 0, where some ops have a kink.
Array numbers(const Shape& shape, double phase = 0);
// The same between 0.25 and 1.75.
Array positive(const Shape& shape, double phase = 0);
// The same numbers again and again until the shape is full.
Array tiled(const Array& x, const Shape& shape);

using Index = std::vector<std::int64_t>;

// Calls f(index) for every element of the shape, in row-major order.
void for_each_index(const Shape& shape, const std::function<void(const Index&)>& f);

// The element at an index; axes that x lacks at the front are ignored, along an extent of 1 it is repeated.
double at(const Array& x, const Index& index);
double& at(Array& x, const Index& index);

// y[i] = f(i)
Array computed(const Shape& shape, const std::function<double(const Index&)>& f);

// y_i = f(x_i); c_i = f(a_i, b_i), each seen with the common shape.
Array mapped(const Array& x, const std::function<double(double)>& f);
Array mapped(const Array& a, const Array& b, const Shape& shape,
             const std::function<double(double, double)>& f);

// x repeated to a shape; factor times x summed to a shape with extents of 1, or without leading axes.
Array repeated(const Array& x, const Shape& shape);
Array summed(const Array& x, const Shape& shape, double factor = 1);
Array with_shape(const Array& x, const Shape& shape);
// y[i[axes[0]], i[axes[1]], ...] = x[i]
Array permuted(const Array& x, const std::vector<std::size_t>& axes);

// C = op(A) op(B)
Array product(const Array& a, bool a_transposed, const Array& b, bool b_transposed);

// Row by row over the last axis.
Array softmax_of_rows(const Array& x);
Array one_hot_rows(const std::vector<std::int32_t>& labels, std::int64_t classes);
// factor times the sum over all elements of -y ln p
Array cross_entropy_sum(const Array& p, const Array& y, double factor = 1);

}  // namespace gradtable::testing
