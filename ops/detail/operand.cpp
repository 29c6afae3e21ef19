#include "gradtable/ops/detail/operand.hpp"

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

namespace gradtable::detail {

Tensor tensor_of(std::string_view function, const Operand& operand, const Operand& other) {
  if (!operand.number) return operand.value;
  if (other.number)
    throw GraphError(fmt::format("{}: expected a tensor on one side, got two numbers", function));
  if (other.value.empty())
    throw GraphError(fmt::format("{}: expected a tensor of a graph, got an empty tensor  [{}]", function,
                                 to_string(other.at)));
  return other.value.graph().constant(*operand.number, other.value.dtype(), operand.at);
}

}  // namespace gradtable::detail
