#include "gradtable/ops/patterns/stable_forms.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/classification.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/linear.hpp"
#include "gradtable/ops/patterns/matmul.hpp"
#include "gradtable/ops/patterns/reduction.hpp"
#include "gradtable/ops/patterns/shaping.hpp"
#include "gradtable/ops/powers.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::detail {
namespace {

using Query = bool (*)(const Op&);

constexpr int kDepth = 6;  // how far the parts of a formula are looked into

Tensor input(const Tensor& x, std::size_t i) {
  return x.graph().tensor(x.node().inputs[i]);
}

bool is(const Tensor& x, Query query) {
  return x.node().op && query(*x.node().op);
}

// Its argument, where x is the function of one.
Tensor argument(const Tensor& x, Query query) {
  return is(x, query) ? input(x, 0) : Tensor();
}

// x = a + sign b.
struct Sum {
  Tensor a, b;
  double sign;
};

std::optional<Sum> sum_of_two(const Tensor& x) {
  const auto* linear = dynamic_cast<const Linear*>(x.node().op.get());
  if (!linear || x.node().inputs.size() != 2) return {};
  const std::vector<double> factors = linear->factors();
  if (factors[0] != 1 || std::abs(factors[1]) != 1) return {};
  return Sum{input(x, 0), input(x, 1), factors[1]};
}

// The factor f of x = f y.
std::optional<double> factor_of(const Tensor& x) {
  const auto* linear = dynamic_cast<const Linear*>(x.node().op.get());
  if (!linear || x.node().inputs.size() != 1) return {};
  return linear->factors()[0];
}

// What is negative in x = -y; x itself is not looked into further.
Tensor negated(const Tensor& x) {
  return factor_of(x) == -1.0 ? input(x, 0) : Tensor();
}

// A sum over axes.
struct Reduced {
  Tensor x;
  double weight;
  std::vector<std::int64_t> axes;  // those with more than one number
};

// The axes along which the reduction y joins numbers.
std::vector<std::int64_t> joined_axes(const Tensor& y) {
  const Shape &from = input(y, 0).shape(), to = dynamic_cast<const Reduction&>(*y.node().op).kept(from);
  std::vector<std::int64_t> axes;
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (to[axis] != from[axis]) axes.push_back(axis);
  }
  return axes;
}

std::optional<Reduced> weighted_sum_of(const Tensor& y) {
  const auto* reduction = dynamic_cast<const WeightedSum*>(y.node().op.get());
  if (!reduction) return {};
  const Tensor x = input(y, 0);
  const double weight = reduction->weight(x.shape());
  if (x.shape().size() == 0 || !(weight > 0)) return {};
  return Reduced{x, weight, joined_axes(y)};
}

// Whether the elements of x are elements of its first input, or of all inputs where x is a concat, perhaps as
// another real type.
bool picks(const Tensor& x) {
  static constexpr std::array<std::string_view, 7> kNames = {"reshape", "transpose",    "slice", "gather",
                                                             "concat",  "broadcast_to", "cast"};
  return x.node().op && std::ranges::find(kNames, x.node().op->name()) != kNames.end() &&
         is_floating(input(x, 0).dtype()) && is_floating(x.dtype());
}

// x with f of its elements: f(y) where x picks from y. Empty where f gives nothing.
template <class F>
Tensor picked(const Tensor& x, const F& f) {
  const bool all = x.node().op->name() == "concat";
  std::vector<Tensor> inputs = get_inputs(x, x.graph());
  for (std::size_t i = 0; i < (all ? inputs.size() : 1); ++i) {
    inputs[i] = f(inputs[i]);
    if (inputs[i].empty()) return {};
  }
  return x.graph().apply(x.node().op, inputs, x.node().location);
}

// a and b, repeated to `shape`, along a new first axis; flat where there is no room for one more.
Tensor pair_of(const Tensor& a, const Tensor& b, const Shape& shape) {
  const auto laid = [&](const Tensor& x) {
    const Tensor whole = broadcast_to(x, shape);
    return shape.rank() == Shape::kMaxRank ? reshape(whole, Shape{shape.size()}) : whole;
  };
  return stack({laid(a), laid(b)});
}

// Whether y, broadcast to the shape, lies along its axes as `kept` does.
bool lies_as(const Tensor& y, const Shape& kept) {
  const int missing = kept.rank() - y.shape().rank();
  for (int axis = 0; axis < kept.rank(); ++axis) {
    if ((axis < missing ? 1 : y.shape()[axis - missing]) != kept[axis]) return false;
  }
  return missing >= 0;
}

// The axis along which y is logsumexp(x), so that x - y is log_softmax(x).
std::optional<std::int64_t> axis_of_log_sum(const Tensor& y, const Tensor& x) {
  if (!is(y, is_logsumexp) || input(y, 0) != x) return {};
  const std::vector<std::int64_t> axes = joined_axes(y);
  const Shape kept = dynamic_cast<const Reduction&>(*y.node().op).kept(x.shape());
  return axes.size() == 1 && lies_as(y, kept) ? std::optional(axes[0]) : std::nullopt;
}

// a - b
Tensor difference_of(const Tensor& a, const Tensor& b) {
  if (const auto axis = axis_of_log_sum(b, a)) return log_softmax(a, *axis);
  if (const auto axis = axis_of_log_sum(a, b)) return neg(log_softmax(b, *axis));
  return {};
}

// x = e^value
struct Logarithm {
  Tensor value = {};
  bool overflows = false;  // whether x may, though its logarithm does not
};

// x = value^2
struct Root {
  Tensor value = {};
  bool is_positive = false;  // or 0
};

class Recognizer {
 public:
  // Whether a constant of the user's counts as its number alone: where no derivative by it is asked for.
  explicit Recognizer(bool knows_constants) : knows_constants_(knows_constants) {}

  // Of arguments in their stable forms.
  Tensor form_of(const Op& op, std::span<const Tensor> in) const {
    if (is_log(op)) return constant_value(in[0]) ? Tensor() : logarithm_of(in[0], kDepth).value;
    if (is_log1p(op)) return log1p_of(in[0]);
    if (is_div(op)) return quotient_of(in[0], in[1]);
    if (is_mul(op)) return quotient_by_reciprocal(in[0], in[1]);
    if (is_sub(op)) return difference_of(in[0], in[1]);
    if (is_cross_entropy(op)) return cross_entropy_of(in[0], in[1]);
    const std::optional<double> exponent = exponent_of(op);
    if (exponent == 0.5) return square_root_of(in[0]);
    return exponent == -1 ? inverse_of(in[0]) : Tensor();
  }

 private:
  // The number of all elements of x, which no derivative is asked for.
  std::optional<double> number(const Tensor& x) const {
    const std::optional<double> value = constant_value(x);
    if (!value || knows_constants_) return value;
    return x.node().is_literal ? value : std::nullopt;
  }

  // f(c) for a positive constant c, a number where c is one.
  Tensor of_constant(const Tensor& c, double (*f)(double), Tensor (*op)(const Tensor&)) const {
    const std::optional<double> value = constant_value(c);
    if (!value || !(*value > 0) || !std::isfinite(*value)) return {};
    return number(c) ? c.graph().literal(f(*value), c.dtype()) : op(c);
  }

  Tensor log_of_constant(const Tensor& c) const {
    return of_constant(
        c, [](double x) { return std::log(x); }, [](const Tensor& x) { return log(x); });
  }

  Tensor root_of_constant(const Tensor& c) const {
    return of_constant(
        c, [](double x) { return std::sqrt(x); }, [](const Tensor& x) { return sqrt(x); });
  }

  // y, with its sign, where x = 1 + y or 1 - y and y is of x's shape.
  std::optional<Sum> beside_one(const Tensor& x) const {
    const std::optional<Sum> sum = sum_of_two(x);
    if (!sum) return {};
    Sum found = *sum;
    if (number(found.a) != 1) {
      if (number(found.b) != 1 || found.sign != 1) return {};
      std::swap(found.a, found.b);
    }
    if (found.b.shape() != x.shape()) return {};
    if (const Tensor y = negated(found.b); !y.empty()) return Sum{found.a, y, -found.sign};
    return found;
  }

  // ln(1 - y)
  Tensor log_of_complement(const Tensor& y) const {
    if (const Tensor u = argument(y, is_sigmoid); !u.empty()) return log_sigmoid(neg(u));
    const Tensor base = base_of_square(y);
    const Tensor u = base.empty() ? Tensor() : argument(base, is_tanh);
    if (u.empty()) return {};
    return scale(sub(std::log(2.0) - u, softplus(scale(u, -2))), 2);  // 1 - tanh^2 u = 4 / (e^u + e^-u)^2
  }

  Tensor log1p_of(const Tensor& y) const {
    if (const Tensor negative = negated(y); !negative.empty()) return log_of_complement(negative);
    const Logarithm log = logarithm_of(y, kDepth);
    return log.overflows ? softplus(log.value) : Tensor();
  }

  Logarithm logarithm_of(const Tensor& x, int depth) const {
    if (!x.node().op || depth == 0) return {};
    if (const Tensor u = argument(x, is_exp); !u.empty()) return {u, true};
    if (const Tensor u = argument(x, is_sigmoid); !u.empty()) return {log_sigmoid(u)};
    if (const auto axis = softmax_axis(*x.node().op)) return {log_softmax(input(x, 0), *axis)};
    if (picks(x)) return logarithm_of_picked(x, depth);
    if (is(x, is_div)) return logarithm_of_quotient(x, depth);
    if (is(x, is_mul)) return logarithm_of_product(input(x, 0), input(x, 1), depth);
    if (const auto exponent = exponent_of(*x.node().op)) return logarithm_of_power(x, *exponent, depth);
    if (const auto factor = factor_of(x)) return logarithm_of_multiple(x, *factor, depth);
    if (const auto sum = weighted_sum_of(x)) return logarithm_of_sum(x, *sum, depth);
    const std::optional<Sum> beside = beside_one(x);
    if (beside && beside->sign < 0) return {log_of_complement(beside->b)};
    const std::optional<Sum> two = sum_of_two(x);
    return two && two->sign == 1 ? logarithm_of_two(x, two->a, two->b, depth) : Logarithm();
  }

  // The same of a part, which may be a constant.
  Logarithm logarithm_of_part(const Tensor& x, int depth) const {
    return constant_value(x) ? Logarithm{log_of_constant(x)} : logarithm_of(x, depth - 1);
  }

  Logarithm logarithm_of_picked(const Tensor& x, int depth) const {
    bool overflows = false;
    const Tensor value = picked(x, [&](const Tensor& y) {
      const Logarithm log = logarithm_of(y, depth - 1);
      overflows = overflows || log.overflows;
      return log.value;
    });
    return {value, overflows};
  }

  Logarithm logarithm_of_multiple(const Tensor& x, double factor, int depth) const {
    const Logarithm log = factor > 0 ? logarithm_of(input(x, 0), depth - 1) : Logarithm();
    return log.value.empty() ? log : Logarithm{log.value + std::log(factor), log.overflows};
  }

  Logarithm logarithm_of_product(const Tensor& a, const Tensor& b, int depth) const {
    if (constant_value(a) && constant_value(b)) return {};
    const Logarithm u = logarithm_of_part(a, depth);
    if (u.value.empty()) return {};
    const Logarithm v = logarithm_of_part(b, depth);
    return v.value.empty() ? v : Logarithm{add(u.value, v.value), u.overflows || v.overflows};
  }

  Logarithm logarithm_of_quotient(const Tensor& x, int depth) const {
    const Tensor a = input(x, 0), b = input(x, 1);
    if (const Tensor share = quotient_of(a, b); !share.empty()) return logarithm_of(share, depth - 1);
    if (constant_value(a) && constant_value(b)) return {};
    const Logarithm u = logarithm_of_part(a, depth);
    if (u.value.empty()) return {};
    const Logarithm v = logarithm_of_part(b, depth);
    return v.value.empty() ? v : Logarithm{sub(u.value, v.value), u.overflows || v.overflows};
  }

  Logarithm logarithm_of_power(const Tensor& x, double exponent, int depth) const {
    if (exponent == -1) {
      if (const Tensor share = inverse_of(input(x, 0)); !share.empty()) return logarithm_of(share, depth - 1);
    }
    const Logarithm log = logarithm_of(input(x, 0), depth - 1);
    return log.value.empty() ? log : Logarithm{scale(log.value, exponent), log.overflows};
  }

  // ln of weight sum e^u, or of the sum of a row of probabilities, one of which is chosen by a one-hot row.
  Logarithm logarithm_of_sum(const Tensor& x, const Reduced& sum, int depth) const {
    if (const Tensor chosen = logarithm_of_chosen(sum, depth); !chosen.empty())
      return {reshape(chosen, x.shape())};
    const Logarithm log = logarithm_of(sum.x, depth - 1);
    if (log.value.empty()) return {};
    const Tensor y = reshape(sum.axes.empty() ? log.value : logsumexp(log.value, sum.axes), x.shape());
    return {sum.weight == 1 ? y : y + std::log(sum.weight), log.overflows};
  }

  Tensor logarithm_of_chosen(const Reduced& sum, int depth) const {
    const Tensor& x = sum.x;
    if (!is(x, is_mul) || sum.weight != 1 || sum.axes != std::vector<std::int64_t>{x.shape().rank() - 1})
      return {};
    for (const std::size_t i : {0U, 1U}) {
      const Tensor rows = input(x, i), p = input(x, 1 - i);
      if (!is(rows, is_one_hot) || rows.shape() != x.shape() || p.shape() != x.shape()) continue;
      const Logarithm log = logarithm_of(p, depth - 1);
      return log.value.empty() ? Tensor() : gradtable::sum(mul(log.value, rows), sum.axes);
    }
    return {};
  }

  // A constant beside what cannot overflow, as the epsilon in p + 1e-7, needs no other form.
  Logarithm logarithm_of_two(const Tensor& x, const Tensor& a, const Tensor& b, int depth) const {
    const bool constant_a = constant_value(a).has_value(), constant_b = constant_value(b).has_value();
    if (constant_a && constant_b) return {};
    const Logarithm u = logarithm_of_part(a, depth);
    if (u.value.empty()) return {};
    const Logarithm v = logarithm_of_part(b, depth);
    const bool overflows = u.overflows || v.overflows;
    if (v.value.empty() || ((constant_a || constant_b) && !overflows)) return {};
    if (number(a) == 1 && b.shape() == x.shape()) return {softplus(v.value), true};
    if (number(b) == 1 && a.shape() == x.shape()) return {softplus(u.value), true};
    return {reshape(logsumexp(pair_of(u.value, v.value, x.shape()), {0}), x.shape()), overflows};
  }

  // u where x = u^2
  Tensor base_of_square(const Tensor& x) const {
    if (!x.node().op) return {};
    if (exponent_of(*x.node().op) == 2) return input(x, 0);
    return is(x, is_mul) && input(x, 0) == input(x, 1) ? input(x, 0) : Tensor();
  }

  Tensor square_root_of(const Tensor& x) const {
    const Root root = root_of(x, kDepth);
    return root.value.empty() || root.is_positive ? root.value : abs(root.value);
  }

  Root root_of(const Tensor& x, int depth) const {
    if (!x.node().op || depth == 0) return {};
    if (const Tensor u = base_of_square(x); !u.empty()) return {u};
    if (picks(x)) return root_of_picked(x, depth);
    if (const auto factor = factor_of(x)) {
      const Root root = *factor > 0 ? root_of(input(x, 0), depth - 1) : Root();
      return root.value.empty() ? root : Root{scale(root.value, std::sqrt(*factor)), root.is_positive};
    }
    if (is(x, is_mul) || is(x, is_div)) return root_of_multiple(x, depth);
    if (const auto sum = weighted_sum_of(x)) return root_of_sum(x, *sum, depth);
    if (const Tensor u = root_of_variance(x); !u.empty()) return {u, true};
    if (const Tensor u = root_of_product(x); !u.empty()) return {u, true};
    const std::optional<Sum> two = sum_of_two(x);
    if (!two || two->sign != 1) return {};
    const Root u = root_of(two->a, depth - 1), v = u.value.empty() ? u : root_of(two->b, depth - 1);
    if (v.value.empty()) return {};
    return {reshape(norm(pair_of(u.value, v.value, x.shape()), {0}), x.shape()), true};
  }

  Root root_of_picked(const Tensor& x, int depth) const {
    bool is_positive = true;
    const Tensor value = picked(x, [&](const Tensor& y) {
      const Root root = root_of(y, depth - 1);
      is_positive = is_positive && root.is_positive;
      return root.value;
    });
    return {value, is_positive};
  }

  // Of c y, y c and y / c.
  Root root_of_multiple(const Tensor& x, int depth) const {
    const Tensor a = input(x, 0), b = input(x, 1);
    if (is(x, is_mul) && constant_value(a) && !constant_value(b)) return root_of_multiple(x, b, a, depth);
    return constant_value(b) ? root_of_multiple(x, a, b, depth) : Root();
  }
  Root root_of_multiple(const Tensor& x, const Tensor& y, const Tensor& constant, int depth) const {
    const Tensor c = root_of_constant(constant);
    const Root root = c.empty() ? Root() : root_of(y, depth - 1);
    if (root.value.empty()) return {};
    return {is(x, is_mul) ? mul(root.value, c) : div(root.value, c), root.is_positive};
  }

  Root root_of_sum(const Tensor& x, const Reduced& sum, int depth) const {
    const Root root = root_of(sum.x, depth - 1);
    if (root.value.empty()) return {};
    const Tensor length = sum.axes.empty() ? root.value : norm(root.value, sum.axes);
    const Tensor y = reshape(length, x.shape());
    return {sum.weight == 1 ? y : scale(y, std::sqrt(sum.weight)), root.is_positive || !sum.axes.empty()};
  }

  // The standard deviation.
  Tensor root_of_variance(const Tensor& y) const {
    if (!is(y, is_var) || y.shape().size() == 0) return {};
    const Tensor x = input(y, 0);
    const std::vector<std::int64_t> axes = joined_axes(y);
    if (axes.empty()) return {};
    const Tensor length = norm(sub(x, mean(x, axes, true)), axes);
    return scale(reshape(length, y.shape()), std::sqrt(variance_weight(*y.node().op, x.shape())));
  }

  // x^T x
  Tensor root_of_product(const Tensor& y) const {
    if (!y.node().op || !is_matrix_product(*y.node().op) || y.shape().size() != 1) return {};
    const auto source = [](Tensor x) {
      while (x.node().op && is_reshape(*x.node().op)) x = input(x, 0);
      return x;
    };
    const Tensor x = source(input(y, 0));
    return x == source(input(y, 1)) ? reshape(norm(x), y.shape()) : Tensor();
  }

  // 1 / x of x = 1 + e^u
  Tensor inverse_of(const Tensor& x) const {
    const std::optional<Sum> sum = beside_one(x);
    const Tensor u = sum && sum->sign > 0 ? argument(sum->b, is_exp) : Tensor();
    return u.empty() ? Tensor() : sigmoid(neg(u));
  }

  // a / b of a = e^u and b = sum e^u or b = 1 + e^u, or of a = 1
  Tensor quotient_of(const Tensor& a, const Tensor& b) const {
    if (number(a) == 1 && broadcasts_to(a.shape(), b.shape())) return inverse_of(b);
    const Tensor u = argument(a, is_exp);
    if (u.empty()) return {};
    const std::optional<Sum> beside = beside_one(b);
    if (beside && beside->sign > 0 && beside->b == a) return sigmoid(u);
    const auto sum = weighted_sum_of(b);
    if (!sum || sum->x != a || sum->weight != 1) return {};
    const Shape kept = dynamic_cast<const Reduction&>(*b.node().op).kept(a.shape());
    if (!lies_as(b, kept)) return {};
    if (sum->axes.size() == 1) return softmax(u, sum->axes[0]);
    return exp(sub(u, sum->axes.empty() ? u : logsumexp(u, sum->axes, true)));
  }

  // a b of b = 1 / sum e^u, or the other way round
  Tensor quotient_by_reciprocal(const Tensor& a, const Tensor& b) const {
    const auto divisor = [](const Tensor& x) {
      return x.node().op && exponent_of(*x.node().op) == -1 ? input(x, 0) : Tensor();
    };
    if (const Tensor x = divisor(b); !x.empty()) return quotient_of(a, x);
    const Tensor x = divisor(a);
    return x.empty() ? Tensor() : quotient_of(b, x);
  }

  Tensor cross_entropy_of(const Tensor& p, const Tensor& y) const {
    if (p.shape()[0] == 0) return {};
    if (is(p, is_softmax))
      return scale(softmax_cross_entropy(input(p, 0), y), static_cast<double>(p.shape()[0]));
    const Tensor log = logarithm_of(p, kDepth).value;
    return log.empty() ? Tensor() : nll(log, y, {.reduction = LossReduction::sum});
  }

  bool knows_constants_;
};

// An argument that has such a form itself, as e^x / sum e^x in a loss, is seen as that.
Tensor form_of(const Recognizer& recognizer, const Op& op, std::span<const Tensor> inputs) {
  std::array<Tensor, 2> in;
  if (inputs.empty() || inputs.size() > in.size()) return {};
  std::ranges::copy(inputs, in.begin());
  if (is_cross_entropy(op) && may_have_stable_form(in[0].graph(), in[0].node())) {
    const std::vector<Tensor> arguments = get_inputs(in[0], in[0].graph());
    if (arguments.size() <= 2) {
      const Tensor better = recognizer.form_of(*in[0].node().op, arguments);
      if (!better.empty()) in[0] = better;
    }
  }
  return recognizer.form_of(op, std::span(in).first(inputs.size()));
}

}  // namespace

bool may_have_stable_form(const Graph& graph, const Node& node) {
  // By names: looking for classes costs ten times as much, which large graphs feel.
  static constexpr std::array<std::string_view, 7> kNames = {"log",  "log1p",      "div", "cross_entropy",
                                                             "sqrt", "reciprocal", "pow"};
  if (!node.op) return false;
  const std::string_view name = node.op->name();
  const auto any_input = [&](auto is_one) {
    return std::ranges::any_of(node.inputs, [&](NodeId id) {
      const Op* made_by = graph.node(id).op.get();
      return made_by && is_one(*made_by);
    });
  };
  if (name == "sub") return any_input(is_logsumexp);
  if (name == "mul")
    return any_input([](const Op& op) { return op.name() == "reciprocal" || op.name() == "pow"; });
  return std::ranges::find(kNames, name) != kNames.end();
}

Tensor stable_form(const Op& op, std::span<const Tensor> inputs) {
  return form_of(Recognizer(true), op, inputs);
}

Tensor stable_form(const Tensor& x) {
  if (!x.node().op) return {};
  const std::vector<Tensor> inputs = get_inputs(x, x.graph());
  return form_of(Recognizer(false), *x.node().op, inputs);
}

}  // namespace gradtable::detail
