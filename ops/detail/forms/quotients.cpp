#include "gradtable/ops/detail/forms/quotients.hpp"

#include <utility>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::detail {

std::optional<SumOfTwo> beside_one(const Tensor& x, Constants constants) {
  std::optional<SumOfTwo> found = sum_of_two(x);
  if (!found) return {};
  if (number_in(found->a, constants) != 1) {
    if (number_in(found->b, constants) != 1 || found->sign != 1) return {};
    std::swap(found->a, found->b);
  }
  if (found->b.shape() != x.shape()) return {};
  if (const Tensor y = negated(found->b); !y.empty()) return SumOfTwo{found->a, y, -found->sign};
  return found;
}

Tensor inverse_form(const Tensor& x, Constants constants) {
  const auto sum = beside_one(x, constants);
  const Tensor u = sum && sum->sign > 0 ? argument_if(sum->b, is_exp) : Tensor();
  return u.empty() ? Tensor() : sigmoid(neg(u));
}

Tensor quotient_form(const Tensor& a, const Tensor& b, Constants constants) {
  if (number_in(a, constants) == 1 && broadcasts_to(a.shape(), b.shape())) return inverse_form(b, constants);
  const Tensor u = argument_if(a, is_exp);
  if (u.empty()) return {};
  const auto beside = beside_one(b, constants);
  if (beside && beside->sign > 0 && beside->b == a) return sigmoid(u);
  const auto sum = weighted_sum_of(b);
  if (!sum || sum->x != a || sum->weight != 1 || !lies_along_its_axes(b)) return {};
  if (sum->axes.size() == 1) return softmax(u, sum->axes[0]);
  return exp(sub(u, sum->axes.empty() ? u : logsumexp(u, sum->axes, true)));
}

Tensor reciprocal_product_form(const Tensor& a, const Tensor& b, Constants constants) {
  const auto divisor = [](const Tensor& x) {
    return x.node().op && exponent_of(*x.node().op) == -1 ? input_of(x, 0) : Tensor();
  };
  for (const auto& [x, y] : {std::pair(a, b), std::pair(b, a)}) {
    if (const Tensor of = divisor(y); !of.empty()) return quotient_form(x, of, constants);
    // e^u / (1 + e^u) whose reciprocal has its form already
    const Tensor u = argument_if(x, is_exp), v = argument_if(y, is_sigmoid);
    if (!u.empty() && !v.empty() && negated(v) == u) return sigmoid(u);
  }
  return {};
}

}  // namespace gradtable::detail
