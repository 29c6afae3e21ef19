// Functions of two tensors, element by element, with NumPy's broadcasting: axes are aligned at the end and
// are equal or 1. Both are float32 or both float64. Throws ShapeError.
#pragma once

#include "gradtable/core/graph.hpp"
#include "gradtable/ops/operand.hpp"

namespace gradtable {

// c = a + b
Tensor add(const Tensor& a, const Tensor& b, Location at = Location::current());

// c = a - b
Tensor sub(const Tensor& a, const Tensor& b, Location at = Location::current());

// c = a * b
Tensor mul(const Tensor& a, const Tensor& b, Location at = Location::current());

// c = a / b
Tensor div(const Tensor& a, const Tensor& b, Location at = Location::current());

// The same for tensors and numbers, not for two numbers; a number takes the element type of the other side.
Tensor operator+(const Operand& a, const Operand& b);
Tensor operator-(const Operand& a, const Operand& b);
Tensor operator*(const Operand& a, const Operand& b);
Tensor operator/(const Operand& a, const Operand& b);
Tensor operator-(const Operand& a);

}  // namespace gradtable
