// Functions of two tensors, element by element, with NumPy's broadcasting: axes are aligned at the end and
// are equal or 1. Both are float32 or both float64. Throws ShapeError.
#pragma once

#include <optional>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// c = a + b
Tensor add(const Tensor& a, const Tensor& b, Location at = Location::current());

// c = a - b
Tensor sub(const Tensor& a, const Tensor& b, Location at = Location::current());

// c = a * b
Tensor mul(const Tensor& a, const Tensor& b, Location at = Location::current());

// c = a / b
Tensor div(const Tensor& a, const Tensor& b, Location at = Location::current());

// What stands on one side of an operator: a tensor or a number, and the place in the user's source. A number
// takes the element type of the other side.
struct Operand {
  Operand(const Tensor& tensor, Location where = Location::current()) : value(tensor), at(where) {}
  Operand(double constant, Location where = Location::current()) : number(constant), at(where) {}

  Tensor value;
  std::optional<double> number;
  Location at;
};

Tensor operator+(const Operand& a, const Operand& b);
Tensor operator-(const Operand& a, const Operand& b);
Tensor operator*(const Operand& a, const Operand& b);
Tensor operator/(const Operand& a, const Operand& b);
Tensor operator-(const Operand& a);

}  // namespace gradtable
