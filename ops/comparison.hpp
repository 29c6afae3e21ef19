// Comparisons and choices, element by element with NumPy's broadcasting. One of two operands
// may be a number, which takes the element type of the other one. Throws ShapeError.
#pragma once

#include "gradtable/core/graph.hpp"
#include "gradtable/ops/operand.hpp"

namespace gradtable {

// c = 1 where a = b, a != b, a < b, ..., else 0, as uint8; a and b have one element type, of any kind.
// NaN differs from every number and is neither less nor greater. build_grad takes no path through them: a
// result that depends on x only by comparisons counts as constant.
Tensor equal(const Operand& a, const Operand& b, Location at = Location::current());
Tensor not_equal(const Operand& a, const Operand& b, Location at = Location::current());
Tensor less(const Operand& a, const Operand& b, Location at = Location::current());
Tensor less_equal(const Operand& a, const Operand& b, Location at = Location::current());
Tensor greater(const Operand& a, const Operand& b, Location at = Location::current());
Tensor greater_equal(const Operand& a, const Operand& b, Location at = Location::current());

// The same for tensors and numbers, as a > 0. a == b and a != b are other questions: whether a and b are one
// node.
Tensor operator<(const Operand& a, const Operand& b);
Tensor operator<=(const Operand& a, const Operand& b);
Tensor operator>(const Operand& a, const Operand& b);
Tensor operator>=(const Operand& a, const Operand& b);

// y = a where the condition, a tensor of uint8, is not 0, else b, whose numbers are then not looked at; a and
// b are of one element type. The gradient of the operand that is not taken is 0, and so are the gradients of
// what it is made of, also where a derivative there is infinite or NaN: where(x > 0, sqrt(x), x) has the
// derivative 1 at -1. So do maximum, minimum and clip. This holds element by element through element-wise
// ops, sums and other reductions, and for the slices of ops that work on slices, as rows of softmax; through
// others, as the second factor of a product, where nothing of a result is taken (docs/calculus.md#branches).
Tensor where(const Tensor& condition, const Operand& a, const Operand& b, Location at = Location::current());

// c = max(a, b), c = min(a, b); float32 or float64, NaN where one is NaN. Where a = b, each gets half of the
// gradient; where one is NaN, none.
Tensor maximum(const Operand& a, const Operand& b, Location at = Location::current());
Tensor minimum(const Operand& a, const Operand& b, Location at = Location::current());

// y = x, but low where x < low and high where x > high; float32 or float64, NaN stays NaN. The limits may be
// infinite. The derivative is 1 from low to high, both included, else 0.
Tensor clip(const Tensor& x, double low, double high, Location at = Location::current());

}  // namespace gradtable
