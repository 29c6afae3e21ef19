// Numbers in place of tensors.
#pragma once

#include <string_view>

#include "gradtable/ops/operand.hpp"

namespace gradtable::detail {

// Whether the element type has this value. float32 and float64 have all, rounded.
bool holds(DType dtype, double value);

// The number as a constant in x's graph and of x's type. Throws, in the name of the function, GraphError when
// x is empty and ShapeError when its type does not have the number.
Tensor number_beside(const Tensor& x, double value, std::string_view function, Location at);

// The operand as a tensor, in the graph and of the type of the other one. Throws GraphError, in the name of
// the function, when both are numbers; else as number_beside.
Tensor tensor_of(std::string_view function, const Operand& operand, const Operand& other);

}  // namespace gradtable::detail
