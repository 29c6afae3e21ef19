#include "gradtable/ops/detail/forms/logits.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/forms/quotients.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/classification.hpp"

namespace gradtable::detail {
namespace {

constexpr int kDepth = 6;  // how far the parts of a formula are looked into

// x of softmax(x), less the score of the other class of two.
Tensor lead_over_other(const Tensor& x, std::int64_t axis) {
  if (x.shape()[static_cast<int>(axis)] != 2) return {};
  const Tensor swapped = x.graph().constant(Array::of<std::int32_t>({2}, {1, 0}));
  return sub(x, gather(x, swapped, axis));
}

// A quotient of exponentials as softmax or sigmoid.
Tensor share_form(const Tensor& p, Constants constants) {
  if (is_made_by(p, is_div)) return quotient_form(input_of(p, 0), input_of(p, 1), constants);
  if (is_made_by(p, is_mul)) return reciprocal_product_form(input_of(p, 0), input_of(p, 1), constants);
  return exponent_of(*p.node().op) == -1 ? inverse_form(input_of(p, 0), constants) : Tensor();
}

Tensor logit_of(const Tensor& p, Constants constants, int depth) {
  if (!p.node().op || depth == 0) return {};
  if (const Tensor u = argument_if(p, is_sigmoid); !u.empty()) return u;
  if (const auto axis = softmax_axis(*p.node().op)) return lead_over_other(input_of(p, 0), *axis);
  const auto of_part = [&](const Tensor& part) { return logit_of(part, constants, depth - 1); };
  if (picks(p)) return picked(p, of_part);
  if (const auto beside = beside_one(p, constants); beside && beside->sign < 0) {
    const Tensor u = of_part(beside->b);
    return u.empty() ? u : neg(u);
  }
  const Tensor share = share_form(p, constants);
  return share.empty() ? share : of_part(share);
}

}  // namespace

Tensor logit_form(const Tensor& p, Constants constants) {
  return logit_of(p, constants, kDepth);
}

}  // namespace gradtable::detail
