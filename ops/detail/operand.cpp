#include "gradtable/ops/detail/operand.hpp"

#include <limits>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/ops/detail/rules.hpp"

namespace gradtable::detail {

bool holds(DType dtype, double value) {
  if (is_floating(dtype)) return true;
  const double least = dtype == DType::uint8 ? 0 : std::numeric_limits<std::int32_t>::min();
  const double most = dtype == DType::uint8 ? 255 : std::numeric_limits<std::int32_t>::max();
  return value >= least && value <= most && value == static_cast<double>(static_cast<std::int32_t>(value));
}

Tensor number_beside(const Tensor& x, double value, std::string_view function, Location at) {
  checked(x, function, at, [&] {
    if (!holds(x.dtype(), value))
      throw ShapeError(fmt::format("expected a number that {} has, got {}", to_string(x.dtype()), value));
  });
  return x.graph().literal(value, x.dtype(), at);
}

Tensor tensor_of(std::string_view function, const Operand& operand, const Operand& other) {
  if (!operand.number) return operand.value;
  if (other.number)
    throw GraphError(fmt::format("{}: expected a tensor on one side, got two numbers", function));
  if (other.value.empty())
    throw GraphError(fmt::format("{}: expected a tensor of a graph, got an empty tensor  [{}]", function,
                                 to_string(other.at)));
  return number_beside(other.value, *operand.number, function, operand.at);
}

}  // namespace gradtable::detail
