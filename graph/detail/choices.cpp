#include "gradtable/graph/detail/choices.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/patterns/choice.hpp"
#include "gradtable/ops/patterns/linear.hpp"
#include "gradtable/ops/patterns/reduction.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable::detail {
namespace {

using Inputs = std::span<const Tensor>;

Tensor both(const Tensor& a, const Tensor& b) {
  return b.empty() ? a : where(a, b, 0);
}

// Whether some element of those that become one is taken.
Tensor any_to(const Tensor& taken, const Shape& shape) {
  if (taken.shape() == shape) return taken;
  return greater(sum_to(cast(taken, DType::float32), shape), 0);
}

// Whether bprop gives 0 for 0, whatever the inputs are: no derivative is multiplied.
bool keeps_zeros(const Op& op) {
  return dynamic_cast<const Linear*>(&op) || dynamic_cast<const Choice*>(&op) ||
         dynamic_cast<const WeightedSum*>(&op) || dynamic_cast<const Copies*>(&op);
}

// Where slices of the output are taken, for the slices of the input that they are made of; empty when the op
// does not work on slices.
Tensor taken_slices(const Tensor& c, Inputs inputs, std::size_t wrt, const Tensor& taken) {
  std::vector<TensorType> types;
  for (const Tensor& input : inputs) types.push_back(input.type());
  const Op& op = *c.node().op;
  const Shape& shape = inputs[wrt].shape();
  const std::int64_t slices = op.parts(types, c.type());
  if (slices <= 1 || c.shape().size() % slices != 0 || shape.size() % slices != 0) return {};
  if (!op.reads_own_slice(wrt, types, c.type())) return {};
  const Tensor rows = reshape(taken, {slices, c.shape().size() / slices});
  const Tensor some = any_to(rows, {slices, 1});
  return reshape(broadcast_to(some, {slices, shape.size() / slices}), shape);
}

// Where elements of inputs[wrt] have a part in elements of C that are taken. A single number holds for all.
Tensor taken_of_input(const Tensor& c, Inputs inputs, std::size_t wrt, const Tensor& taken) {
  if (taken.empty()) return {};
  if (taken.shape().size() == 1) return reshape(taken, Shape{});
  const Op& op = *c.node().op;
  const Shape& shape = inputs[wrt].shape();
  if (op.elementwise() && shape == c.shape()) return taken;
  const Tensor all = broadcast_to(taken, c.shape());
  if (op.elementwise()) return any_to(all, shape);
  if (dynamic_cast<const Copies*>(&op))
    return greater(sum_to(op.bprop(inputs, c, cast(all, c.dtype()), wrt), shape), 0);
  if (const auto* reduction = dynamic_cast<const Reduction*>(&op))
    return broadcast_to(reshape(all, reduction->kept(shape)), shape);
  const Tensor slices = taken_slices(c, inputs, wrt, all);
  return slices.empty() ? any_to(all, {}) : slices;
}

}  // namespace

Cotangent sum_of(const Cotangent& a, const Cotangent& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  Cotangent sum{add(a.gradient, b.gradient)};
  if (a.taken.empty() || b.taken.empty()) return sum;
  sum.taken = a.taken == b.taken ? a.taken : where(a.taken, 1, b.taken);
  return sum;
}

Cotangent chosen(const Tensor& c, Inputs inputs, std::size_t wrt, const Cotangent& entry,
                 const Tensor& part) {
  const Op& op = *c.node().op;
  const Shape& shape = inputs[wrt].shape();
  const auto* choice = dynamic_cast<const Choice*>(&op);
  Tensor taken = entry.taken;
  if (choice && op.elementwise()) taken = both(choice->taken(inputs, c, wrt), taken);
  taken = taken_of_input(c, inputs, wrt, taken);
  if (choice && !op.elementwise()) taken = both(choice->taken(inputs, c, wrt), taken);
  if (taken.empty()) return {sum_to(part, shape)};
  if (keeps_zeros(op)) return {sum_to(part, shape), taken};
  // What is taken is known of whole slices only, and `where` would keep a gradient of weights from being
  // computed in their memory. Where nothing is taken, factors need not be finite.
  const bool knows_all = !entry.taken.empty() && entry.taken.shape().size() == 1;
  if (dynamic_cast<const Contraction*>(&op) && !knows_all) return {sum_to(part, shape), taken};
  // Where elements are repeated, each repetition by itself: the sum over them would be NaN.
  if (op.elementwise() && part.shape() != shape) return {sum_to(where(entry.taken, part, 0), shape), taken};
  return {where(taken, sum_to(part, shape), 0), taken};
}

}  // namespace gradtable::detail
