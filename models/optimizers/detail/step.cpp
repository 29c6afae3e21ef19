#include "gradtable/models/optimizers/detail/step.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "gradtable/ops/casting.hpp"

namespace gradtable::detail {
namespace {

void require(bool holds, std::string_view where, std::string_view expected, double value) {
  if (!std::isfinite(value) || !holds)
    throw ConfigError(fmt::format("{}: expected {}, got {}", where, expected, value));
}

}  // namespace

void require_fraction(std::string_view where, std::string_view name, double value) {
  require(value >= 0 && value < 1, where, fmt::format("{} from 0 to below 1", name), value);
}

void require_factor(std::string_view where, std::string_view name, double value) {
  require(value > 0 && value <= 1, where, fmt::format("{} above 0 and at most 1", name), value);
}

void require_positive(std::string_view where, std::string_view name, double value) {
  require(value > 0, where, fmt::format("a finite {} above 0", name), value);
}

void require_not_negative(std::string_view where, std::string_view name, double value) {
  require(value >= 0, where, fmt::format("a finite {} of at least 0", name), value);
}

StepSize::StepSize(std::string_view optimizer, const Operand& rate) : rate_(rate) {
  if (rate.number) {
    require_positive(optimizer, "learning rate", *rate.number);
    return;
  }
  const TensorType& type = rate.value.type();
  const bool real = type.dtype == DType::float32 || type.dtype == DType::float64;
  if (!real || type.shape.rank() != 0)
    throw ShapeError(fmt::format("{}: expected a scalar of float32 or float64 as the learning rate, got {}",
                                 optimizer, to_string(type)));
}

Operand StepSize::as(DType dtype) const {
  return rate_.number ? rate_ : Operand(as_type(rate_.value, dtype), rate_.at);
}

Tensor state(const StateKind& kind, const Tensor& owner, const TensorType& type) {
  Graph& graph = owner.graph();
  const std::string name = fmt::format("{} of {}", kind.what, owner.label());
  if (graph.free_name(name) == name) return graph.parameter(name, zeros(type.shape, type.dtype));
  const Tensor known = graph.find(name);
  if (known.node().kind != NodeKind::parameter || known.type() != type)
    throw GraphError(fmt::format("optimizer: expected '{}' to be a parameter of {}, got one of {}", name,
                                 to_string(type), to_string(known.type())));
  return known;
}

}  // namespace gradtable::detail
