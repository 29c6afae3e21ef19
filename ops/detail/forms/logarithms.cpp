#include "gradtable/ops/detail/forms/logarithms.hpp"

#include <cmath>

#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/forms/logits.hpp"
#include "gradtable/ops/detail/forms/quotients.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/classification.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::detail {
namespace {

constexpr int kDepth = 6;  // how far the parts of a formula are looked into

// x = e^value
struct Logarithm {
  Tensor value = {};
  bool overflows = false;  // whether x may, though its logarithm does not
};

// ln(1 - y)
Tensor log_of_complement(const Tensor& y, Constants constants) {
  if (const Tensor u = logit_form(y, constants); !u.empty()) return log_sigmoid(neg(u));
  const Tensor base = base_of_square(y);
  const Tensor u = base.empty() ? Tensor() : argument_if(base, is_tanh);
  if (u.empty()) return {};
  return scale(sub(std::log(2.0) - u, softplus(scale(u, -2))), 2);  // 1 - tanh^2 u = 4 / (e^u + e^-u)^2
}

class Logarithms {
 public:
  explicit Logarithms(Constants constants) : constants_(constants) {}

  Logarithm of(const Tensor& x, int depth) const {
    if (!x.node().op || depth == 0) return {};
    if (const Tensor u = argument_if(x, is_exp); !u.empty()) return {u, true};
    if (const Tensor u = argument_if(x, is_sigmoid); !u.empty()) return {log_sigmoid(u)};
    if (const auto axis = softmax_axis(*x.node().op)) return {log_softmax(input_of(x, 0), *axis)};
    if (picks(x)) return of_picked(x, depth);
    if (is_made_by(x, is_div)) return of_quotient(x, depth);
    if (is_made_by(x, is_mul)) return of_product(input_of(x, 0), input_of(x, 1), depth);
    if (const auto exponent = exponent_of(*x.node().op)) return of_power(x, *exponent, depth);
    if (const auto factor = factor_of(x)) return of_multiple(x, *factor, depth);
    if (const auto sum = weighted_sum_of(x)) return of_sum(x, *sum, depth);
    const std::optional<SumOfTwo> beside = beside_one(x, constants_);
    if (beside && beside->sign < 0) {
      if (const Tensor u = argument_if(beside->b, is_exp); !u.empty()) return {log(neg(expm1(u)))};
      return {log_of_complement(beside->b, constants_)};
    }
    const std::optional<SumOfTwo> two = sum_of_two(x);
    return two && two->sign == 1 ? of_two(x, two->a, two->b, depth) : Logarithm();
  }

 private:
  // The same of a part, which may be a constant.
  Logarithm of_part(const Tensor& x, int depth) const {
    return constant_value(x) ? Logarithm{of_constant(
                                   x, constants_, [](double c) { return std::log(c); },
                                   [](const Tensor& c) { return log(c); })}
                             : of(x, depth - 1);
  }

  Logarithm of_picked(const Tensor& x, int depth) const {
    bool overflows = false;
    const Tensor value = picked(x, [&](const Tensor& y) {
      const Logarithm log = of(y, depth - 1);
      overflows = overflows || log.overflows;
      return log.value;
    });
    return {value, overflows};
  }

  Logarithm of_multiple(const Tensor& x, double factor, int depth) const {
    const Logarithm log = factor > 0 ? of(input_of(x, 0), depth - 1) : Logarithm();
    return log.value.empty() ? log : Logarithm{log.value + std::log(factor), log.overflows};
  }

  Logarithm of_product(const Tensor& a, const Tensor& b, int depth) const {
    if (constant_value(a) && constant_value(b)) return {};
    const Logarithm u = of_part(a, depth);
    if (u.value.empty()) return {};
    const Logarithm v = of_part(b, depth);
    return v.value.empty() ? v : Logarithm{add(u.value, v.value), u.overflows || v.overflows};
  }

  Logarithm of_quotient(const Tensor& x, int depth) const {
    const Tensor a = input_of(x, 0), b = input_of(x, 1);
    if (const Tensor share = quotient_form(a, b, constants_); !share.empty()) return of(share, depth - 1);
    if (constant_value(a) && constant_value(b)) return {};
    const Logarithm u = of_part(a, depth);
    if (u.value.empty()) return {};
    const Logarithm v = of_part(b, depth);
    return v.value.empty() ? v : Logarithm{sub(u.value, v.value), u.overflows || v.overflows};
  }

  Logarithm of_power(const Tensor& x, double exponent, int depth) const {
    if (exponent == -1) {
      if (const Tensor share = inverse_form(input_of(x, 0), constants_); !share.empty())
        return of(share, depth - 1);
    }
    const Logarithm log = of(input_of(x, 0), depth - 1);
    return log.value.empty() ? log : Logarithm{scale(log.value, exponent), log.overflows};
  }

  // ln of weight sum e^u, or of the sum of a row of probabilities, one of which is chosen by a one-hot row.
  Logarithm of_sum(const Tensor& x, const Reduced& sum, int depth) const {
    if (const Tensor chosen = of_chosen(sum, depth); !chosen.empty()) return {reshape(chosen, x.shape())};
    const Logarithm log = of(sum.x, depth - 1);
    if (log.value.empty()) return {};
    const Tensor y = reshape(sum.axes.empty() ? log.value : logsumexp(log.value, sum.axes), x.shape());
    return {sum.weight == 1 ? y : y + std::log(sum.weight), log.overflows};
  }

  Tensor of_chosen(const Reduced& sum, int depth) const {
    const Tensor& x = sum.x;
    if (!is_made_by(x, is_mul) || sum.weight != 1 ||
        sum.axes != std::vector<std::int64_t>{x.shape().rank() - 1})
      return {};
    for (const std::size_t i : {0U, 1U}) {
      const Tensor rows = input_of(x, i), p = input_of(x, 1 - i);
      if (!is_made_by(rows, is_one_hot) || rows.shape() != x.shape() || p.shape() != x.shape()) continue;
      const Logarithm log = of(p, depth - 1);
      return log.value.empty() ? Tensor() : gradtable::sum(mul(log.value, rows), sum.axes);
    }
    return {};
  }

  // A constant beside what cannot overflow, as the epsilon in p + 1e-7, needs no other form.
  Logarithm of_two(const Tensor& x, const Tensor& a, const Tensor& b, int depth) const {
    const bool constant_a = constant_value(a).has_value(), constant_b = constant_value(b).has_value();
    if (constant_a && constant_b) return {};
    const Logarithm u = of_part(a, depth);
    if (u.value.empty()) return {};
    const Logarithm v = of_part(b, depth);
    const bool overflows = u.overflows || v.overflows;
    if (v.value.empty() || ((constant_a || constant_b) && !overflows)) return {};
    if (number_in(a, constants_) == 1 && b.shape() == x.shape()) return {softplus(v.value), true};
    if (number_in(b, constants_) == 1 && a.shape() == x.shape()) return {softplus(u.value), true};
    return {reshape(logsumexp(pair_of(u.value, v.value, x.shape()), {0}), x.shape()), overflows};
  }

  Constants constants_;
};

}  // namespace

Tensor logarithm_form(const Tensor& x, Constants constants) {
  return constant_value(x) ? Tensor() : Logarithms(constants).of(x, kDepth).value;
}

Tensor log1p_form(const Tensor& x, Constants constants) {
  if (const Tensor negative = negated(x); !negative.empty()) return log_of_complement(negative, constants);
  const Logarithm log = Logarithms(constants).of(x, kDepth);
  return log.overflows ? softplus(log.value) : Tensor();
}

}  // namespace gradtable::detail
