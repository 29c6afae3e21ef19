// What derivatives do not see.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y = x, of any type, which build_grad takes for constant: it finds no path to a target through it. A z that
// depends on the target in no other way has the GradientError of one that does not depend on it at all, or,
// with Unreached::zeros, the gradient 0. Programs compute nothing for it.
Tensor stop_gradient(const Tensor& x, Location at = Location::current());

}  // namespace gradtable
