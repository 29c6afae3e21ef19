// Numbers in place of tensors.
#pragma once

#include <string_view>

#include "gradtable/ops/operand.hpp"

namespace gradtable::detail {

// The operand as a tensor, in the graph and of the type of the other one. Throws GraphError, in the name of
// the function, when both are numbers.
Tensor tensor_of(std::string_view function, const Operand& operand, const Operand& other);

}  // namespace gradtable::detail
