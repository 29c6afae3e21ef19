// Losses of real numbers: predictions and targets of one shape, which is not broadcast, float32 or float64.
// The result is a scalar. Throws ShapeError.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// loss = 1/2 sum_i (y_i - t_i)^2, over all elements.
Tensor half_squared_error(const Tensor& y, const Tensor& targets, Location at = Location::current());

// loss = mean over all elements of (y_i - t_i)^2. Throws ShapeError when there are none.
Tensor mean_squared_error(const Tensor& y, const Tensor& targets, Location at = Location::current());

// loss = mean over all elements of 1/2 (ln(2 pi v) + (t - m)^2 / v), the negative logarithm of the density at
// t of a normal distribution of mean m and variance v; there are some. Variances below `epsilon`, 0 among
// them, count as epsilon; there the derivative with respect to v is 0. epsilon > 0. Goodfellow et al.,
// section 6.2.2.4.
Tensor gaussian_nll(const Tensor& mean, const Tensor& variance, const Tensor& targets, double epsilon = 1e-6,
                    Location at = Location::current());

}  // namespace gradtable
