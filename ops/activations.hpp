// Activation functions, applied to each element; the smooth ones tanh and sigmoid are in elementwise.hpp. The
// result has the shape and type of x (float32 or float64). NaN stays NaN unless a line says otherwise.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y = 1 where x > 0, -1 where x < 0, x where it is 0: the perceptron's activation. The derivative is 0
// everywhere.
Tensor sign(const Tensor& x, Location at = Location::current());

// y = 1 where x > 0, else 0, also for NaN; the derivative is 0 everywhere.
Tensor heaviside(const Tensor& x, Location at = Location::current());

// y = max(0, x); the derivative at 0 is 0. Goodfellow et al., section 6.3.1.
Tensor relu(const Tensor& x, Location at = Location::current());

// y = x where x > 0, else slope x; the derivative at 0 is slope.
Tensor leaky_relu(const Tensor& x, double slope = 0.01, Location at = Location::current());

// y = x where x > 0, else alpha (e^x - 1); the derivative at 0 is alpha.
Tensor elu(const Tensor& x, double alpha = 1, Location at = Location::current());

// y = ln(1 + e^x), computed so that no x overflows.
Tensor softplus(const Tensor& x, Location at = Location::current());

// y = ln(1 / (1 + e^-x)) = -softplus(-x), the logarithm of sigmoid, computed so that no x overflows.
Tensor log_sigmoid(const Tensor& x, Location at = Location::current());

// y = x P(x), with the standard normal distribution P(x) = (1 + erf(x / sqrt 2)) / 2. Its derivative is that
// of finite x; at infinities it is NaN.
Tensor gelu(const Tensor& x, Location at = Location::current());

}  // namespace gradtable
