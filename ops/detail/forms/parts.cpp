#include "gradtable/ops/detail/forms/parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/linear.hpp"
#include "gradtable/ops/patterns/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable::detail {

Tensor input_of(const Tensor& x, std::size_t i) {
  return x.graph().tensor(x.node().inputs[i]);
}

bool is_made_by(const Tensor& x, IsOp is_op) {
  return x.node().op && is_op(*x.node().op);
}

Tensor argument_if(const Tensor& x, IsOp is_op) {
  return is_made_by(x, is_op) ? input_of(x, 0) : Tensor();
}

std::optional<SumOfTwo> sum_of_two(const Tensor& x) {
  const auto* linear = dynamic_cast<const Linear*>(x.node().op.get());
  if (!linear || x.node().inputs.size() != 2) return {};
  const std::vector<double> factors = linear->factors();
  if (factors[0] != 1 || std::abs(factors[1]) != 1) return {};
  return SumOfTwo{input_of(x, 0), input_of(x, 1), factors[1]};
}

std::optional<double> factor_of(const Tensor& x) {
  const auto* linear = dynamic_cast<const Linear*>(x.node().op.get());
  if (!linear || x.node().inputs.size() != 1) return {};
  return linear->factors()[0];
}

Tensor negated(const Tensor& x) {
  return factor_of(x) == -1.0 ? input_of(x, 0) : Tensor();
}

Tensor base_of_square(const Tensor& x) {
  if (!x.node().op) return {};
  if (exponent_of(*x.node().op) == 2) return input_of(x, 0);
  return is_made_by(x, is_mul) && input_of(x, 0) == input_of(x, 1) ? input_of(x, 0) : Tensor();
}

std::vector<std::int64_t> joined_axes(const Tensor& y) {
  const Shape &from = input_of(y, 0).shape(), to = dynamic_cast<const Reduction&>(*y.node().op).kept(from);
  std::vector<std::int64_t> axes;
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (to[axis] != from[axis]) axes.push_back(axis);
  }
  return axes;
}

std::optional<Reduced> weighted_sum_of(const Tensor& y) {
  const auto* reduction = dynamic_cast<const WeightedSum*>(y.node().op.get());
  if (!reduction) return {};
  const Tensor x = input_of(y, 0);
  const double weight = reduction->weight(x.shape());
  if (x.shape().size() == 0 || !(weight > 0)) return {};
  return Reduced{x, weight, joined_axes(y)};
}

bool lies_along_its_axes(const Tensor& y) {
  const Shape kept = dynamic_cast<const Reduction&>(*y.node().op).kept(input_of(y, 0).shape());
  const int missing = kept.rank() - y.shape().rank();
  for (int axis = 0; axis < kept.rank(); ++axis) {
    if ((axis < missing ? 1 : y.shape()[axis - missing]) != kept[axis]) return false;
  }
  return missing >= 0;
}

bool picks(const Tensor& x) {
  static constexpr std::array<std::string_view, 7> kNames = {"reshape", "transpose",    "slice", "gather",
                                                             "concat",  "broadcast_to", "cast"};
  return x.node().op && std::ranges::find(kNames, x.node().op->name()) != kNames.end() &&
         is_floating(input_of(x, 0).dtype()) && is_floating(x.dtype());
}

Tensor pair_of(const Tensor& a, const Tensor& b, const Shape& shape) {
  const auto laid = [&](const Tensor& x) {
    const Tensor whole = broadcast_to(x, shape);
    return shape.rank() == Shape::kMaxRank ? reshape(whole, Shape{shape.size()}) : whole;
  };
  return stack({laid(a), laid(b)});
}

std::optional<double> number_in(const Tensor& x, Constants constants) {
  if (constants == Constants::literals && !x.node().is_literal) return {};
  return constant_value(x);
}

Tensor of_constant(const Tensor& c, Constants constants, double (*f)(double), Tensor (*op)(const Tensor&)) {
  const std::optional<double> value = constant_value(c);
  if (!value || !(*value > 0) || !std::isfinite(*value)) return {};
  return number_in(c, constants) ? c.graph().literal(f(*value), c.dtype()) : op(c);
}

}  // namespace gradtable::detail
