// What functions of two tensors take where one may be a number.
#pragma once

#include <optional>
#include <string_view>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// A tensor or a number, and the place in the user's source. A number takes the element type of the other
// operand.
struct Operand {
  Operand(const Tensor& tensor, Location where = Location::current()) : value(tensor), at(where) {}
  Operand(double constant, Location where = Location::current()) : number(constant), at(where) {}

  Tensor value;
  std::optional<double> number;
  Location at;
};

namespace detail {

// The operand as a tensor, in the graph and of the type of the other one. Throws GraphError, in the name of
// the function, when both are numbers.
Tensor tensor_of(std::string_view function, const Operand& operand, const Operand& other);

}  // namespace detail

}  // namespace gradtable
