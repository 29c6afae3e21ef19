// Functions of one tensor, applied to each element. The result has the shape and type of x (float32 or
// float64).
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y = -x
Tensor neg(const Tensor& x, Location at = Location::current());

// y = factor * x
Tensor scale(const Tensor& x, double factor, Location at = Location::current());

// y = x^2
Tensor square(const Tensor& x, Location at = Location::current());

// y = e^x
Tensor exp(const Tensor& x, Location at = Location::current());

// y = ln x; -inf at 0, NaN below.
Tensor log(const Tensor& x, Location at = Location::current());

// y = tanh x = 2 sigmoid(2 x) - 1
Tensor tanh(const Tensor& x, Location at = Location::current());

// y = 1 / (1 + e^-x)
Tensor sigmoid(const Tensor& x, Location at = Location::current());

// y = max(0, x); the derivative at 0 is 0. Goodfellow et al., section 6.3.1.
Tensor relu(const Tensor& x, Location at = Location::current());

// y = 1 where x > 0, else 0; the derivative is 0 everywhere.
Tensor heaviside(const Tensor& x, Location at = Location::current());

}  // namespace gradtable
