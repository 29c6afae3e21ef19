// Functions of one tensor, applied to each element. The result has the shape and type of x (float32 or
// float64).
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y = -x
Tensor neg(const Tensor& x, Location at = Location::current());

// y = factor * x
Tensor scale(const Tensor& x, double factor, Location at = Location::current());

// y = |x|; the derivative at 0 is 0.
Tensor abs(const Tensor& x, Location at = Location::current());

// y = x^2
Tensor square(const Tensor& x, Location at = Location::current());

// y = e^x
Tensor exp(const Tensor& x, Location at = Location::current());

// y = e^x - 1, exact near 0, too.
Tensor expm1(const Tensor& x, Location at = Location::current());

// y = ln x; -inf at 0, NaN below.
Tensor log(const Tensor& x, Location at = Location::current());

// y = ln(1 + x), exact near 0, too; -inf at -1, NaN below.
Tensor log1p(const Tensor& x, Location at = Location::current());

// y = sin x, y = cos x; x in radians, NaN for infinities.
Tensor sin(const Tensor& x, Location at = Location::current());
Tensor cos(const Tensor& x, Location at = Location::current());

// y = tanh x = 2 sigmoid(2 x) - 1
Tensor tanh(const Tensor& x, Location at = Location::current());

// y = 2 / sqrt(pi) times the integral of e^(-t^2) for t from 0 to x
Tensor erf(const Tensor& x, Location at = Location::current());

// y = 1 / (1 + e^-x)
Tensor sigmoid(const Tensor& x, Location at = Location::current());

}  // namespace gradtable
