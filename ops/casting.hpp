// Between the element types.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y_i = x_i as a `dtype`: rounded to the nearest value, to integers towards zero. Between float32 and float64
// the gradient is cast back; what is cast from or to integers counts as constant. Running it throws
// NumericError for NaN and other numbers that an integer type cannot hold.
Tensor cast(const Tensor& x, DType dtype, Location at = Location::current());

// cast, or x itself where it is a `dtype` already.
Tensor as_type(const Tensor& x, DType dtype, Location at = Location::current());

}  // namespace gradtable
