// Powers and roots, element by element, of float32 or float64. square is in elementwise.hpp.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y = sqrt x; NaN below 0. The derivative at 0 is infinite.
Tensor sqrt(const Tensor& x, Location at = Location::current());

// y = 1 / x
Tensor reciprocal(const Tensor& x, Location at = Location::current());

// y = x^exponent, with the exceptional values of std::pow: NaN for x < 0 unless the exponent is a whole
// number, 1 for the exponent 0. The derivative for the exponent 0 is 0, also at x = 0.
Tensor pow(const Tensor& x, double exponent, Location at = Location::current());

// c = a^b, with NumPy's broadcasting and the exceptional values of std::pow. The derivative in a is 0 where
// b = 0; in b it is 0 where c = 0, as at a = 0 for b > 0, and NaN for a < 0. So do those of higher order hold
// at a = 0 where they are finite, in either order of a and b; others may be NaN there. Throws ShapeError.
Tensor pow(const Tensor& a, const Tensor& b, Location at = Location::current());

}  // namespace gradtable
