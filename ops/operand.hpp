// The argument of functions of two tensors of which one may be a number.
#pragma once

#include <optional>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// A tensor or a number, and the place in the user's source. A number takes the element type of the other
// operand; functions throw ShapeError for one that this type, int32 or uint8, does not have.
struct Operand {
  Operand(const Tensor& tensor, Location where = Location::current()) : value(tensor), at(where) {}
  Operand(double constant, Location where = Location::current()) : number(constant), at(where) {}

  Tensor value;
  std::optional<double> number;
  Location at;
};

}  // namespace gradtable
