#include "gradtable/ops/patterns/stable_forms.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/classification.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/linear.hpp"
#include "gradtable/ops/patterns/reduction.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::detail {
namespace {

using Query = bool (*)(const Op&);

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

// What is negative in x = -y; x itself is not looked into further.
Tensor negated(const Tensor& x) {
  const auto* linear = dynamic_cast<const Linear*>(x.node().op.get());
  return linear && linear->factors() == std::vector<double>{-1} ? input(x, 0) : Tensor();
}

// y, with its sign, where x = 1 + y or 1 - y and y is of x's shape.
std::optional<Sum> beside_one(const Tensor& x) {
  const std::optional<Sum> sum = sum_of_two(x);
  if (!sum) return {};
  Sum found = *sum;
  if (constant_value(found.a) != 1) {
    if (constant_value(found.b) != 1 || found.sign != 1) return {};
    std::swap(found.a, found.b);
  }
  if (found.b.shape() != x.shape()) return {};
  if (const Tensor y = negated(found.b); !y.empty()) return Sum{found.a, y, -found.sign};
  return found;
}

// A sum over axes.
struct Reduced {
  Tensor x;
  double weight;
  std::vector<std::int64_t> axes;
};

std::optional<Reduced> weighted_sum_of(const Tensor& y) {
  const auto* reduction = dynamic_cast<const WeightedSum*>(y.node().op.get());
  if (!reduction) return {};
  Reduced found{input(y, 0), reduction->weight(input(y, 0).shape()), {}};
  const Shape &from = found.x.shape(), to = reduction->kept(from);
  if (from.size() == 0 || !(found.weight > 0)) return {};
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (to[axis] != from[axis]) found.axes.push_back(axis);
  }
  return found.axes.empty() ? std::nullopt : std::optional(found);
}

// ln x of x = weight sum e^u, or e^u + e^v.
Tensor log_of_sum(const Tensor& x) {
  if (const auto sum = weighted_sum_of(x)) {
    const Tensor u = argument(sum->x, is_exp);
    if (u.empty()) return {};
    const Tensor y = reshape(logsumexp(u, sum->axes), x.shape());
    return sum->weight == 1 ? y : y + std::log(sum->weight);
  }
  const std::optional<Sum> two = sum_of_two(x);
  if (!two || two->sign != 1 || two->a.type() != two->b.type()) return {};
  const Tensor u = argument(two->a, is_exp), v = argument(two->b, is_exp);
  return u.empty() || v.empty() ? Tensor() : logsumexp(stack({u, v}), {0});
}

// ln(1 + sign y)
Tensor log_beside_one(const Tensor& y, double sign) {
  const Tensor u = argument(y, sign > 0 ? is_exp : is_sigmoid);
  if (u.empty()) return {};
  return sign > 0 ? softplus(u) : log_sigmoid(neg(u));
}

Tensor log_of(const Tensor& x) {
  if (const Tensor u = argument(x, is_exp); !u.empty()) return u;
  if (const Tensor u = argument(x, is_sigmoid); !u.empty()) return log_sigmoid(u);
  if (const auto axis = x.node().op ? softmax_axis(*x.node().op) : std::nullopt)
    return log_softmax(input(x, 0), *axis);
  if (const std::optional<Sum> sum = beside_one(x)) return log_beside_one(sum->b, sum->sign);
  return log_of_sum(x);
}

Tensor log1p_of(const Tensor& x) {
  const Tensor y = negated(x);
  return y.empty() ? log_beside_one(x, 1) : log_beside_one(y, -1);
}

// u where x = u^2
Tensor base_of_square(const Tensor& x) {
  if (!x.node().op) return {};
  if (exponent_of(*x.node().op) == 2) return input(x, 0);
  return is(x, is_mul) && input(x, 0) == input(x, 1) ? input(x, 0) : Tensor();
}

// sqrt x of x = weight sum u^2, u^2 + v^2 or u^2
Tensor root_of(const Tensor& x) {
  if (const auto sum = weighted_sum_of(x)) {
    const Tensor u = base_of_square(sum->x);
    if (u.empty()) return {};
    const Tensor y = reshape(norm(u, sum->axes), x.shape());
    return sum->weight == 1 ? y : scale(y, std::sqrt(sum->weight));
  }
  if (const Tensor u = base_of_square(x); !u.empty()) return abs(u);
  const std::optional<Sum> two = sum_of_two(x);
  if (!two || two->sign != 1 || two->a.type() != two->b.type()) return {};
  const Tensor u = base_of_square(two->a), v = base_of_square(two->b);
  return u.empty() || v.empty() ? Tensor() : norm(stack({u, v}), {0});
}

// 1 / x of x = 1 + e^u
Tensor inverse_of(const Tensor& x) {
  const std::optional<Sum> sum = beside_one(x);
  const Tensor u = sum && sum->sign > 0 ? argument(sum->b, is_exp) : Tensor();
  return u.empty() ? Tensor() : sigmoid(neg(u));
}

// Whether y, broadcast to the shape, lies along its axes as `kept` does.
bool lies_as(const Tensor& y, const Shape& kept) {
  const int missing = kept.rank() - y.shape().rank();
  for (int axis = 0; axis < kept.rank(); ++axis) {
    if ((axis < missing ? 1 : y.shape()[axis - missing]) != kept[axis]) return false;
  }
  return missing >= 0;
}

// a / b of a = e^u and b = sum e^u along one axis or b = 1 + e^u, or of a = 1
Tensor quotient_of(const Tensor& a, const Tensor& b) {
  if (constant_value(a) == 1 && broadcasts_to(a.shape(), b.shape())) return inverse_of(b);
  const Tensor u = argument(a, is_exp);
  const std::optional<Sum> beside = u.empty() ? std::nullopt : beside_one(b);
  if (beside && beside->sign > 0 && beside->b == a) return sigmoid(u);
  const auto sum = u.empty() ? std::nullopt : weighted_sum_of(b);
  if (!sum || sum->x != a || sum->weight != 1 || sum->axes.size() != 1) return {};
  const Shape kept = dynamic_cast<const Reduction&>(*b.node().op).kept(a.shape());
  return lies_as(b, kept) ? softmax(u, sum->axes[0]) : Tensor();
}

// The axis along which y is logsumexp(x), so that x - y is log_softmax(x).
std::optional<std::int64_t> axis_of_log_sum(const Tensor& y, const Tensor& x) {
  if (!is(y, is_logsumexp) || input(y, 0) != x) return {};
  const Shape kept = dynamic_cast<const Reduction&>(*y.node().op).kept(x.shape());
  std::optional<std::int64_t> found;
  for (int axis = 0; axis < kept.rank(); ++axis) {
    if (kept[axis] == x.shape()[axis]) continue;
    if (found) return {};
    found = axis;
  }
  return found && lies_as(y, kept) ? found : std::nullopt;
}

// a - b
Tensor difference_of(const Tensor& a, const Tensor& b) {
  if (const auto axis = axis_of_log_sum(b, a)) return log_softmax(a, *axis);
  if (const auto axis = axis_of_log_sum(a, b)) return neg(log_softmax(b, *axis));
  return {};
}

Tensor cross_entropy_of(const Tensor& p, const Tensor& y) {
  if (!is(p, is_softmax) || p.shape()[0] == 0) return {};
  return scale(softmax_cross_entropy(input(p, 0), y), static_cast<double>(p.shape()[0]));
}

// Of arguments in their stable forms.
Tensor form_of(const Op& op, std::span<const Tensor> in) {
  if (is_log(op)) return log_of(in[0]);
  if (is_log1p(op)) return log1p_of(in[0]);
  if (is_div(op)) return quotient_of(in[0], in[1]);
  if (is_sub(op)) return difference_of(in[0], in[1]);
  if (is_cross_entropy(op)) return cross_entropy_of(in[0], in[1]);
  const std::optional<double> exponent = exponent_of(op);
  if (exponent == 0.5) return root_of(in[0]);
  return exponent == -1 ? inverse_of(in[0]) : Tensor();
}

}  // namespace

bool may_have_stable_form(const Graph& graph, const Node& node) {
  // By names: looking for classes costs ten times as much, which large graphs feel.
  static constexpr std::array<std::string_view, 7> kNames = {"log",  "log1p",      "div", "cross_entropy",
                                                             "sqrt", "reciprocal", "pow"};
  if (!node.op) return false;
  const std::string_view name = node.op->name();
  const auto is_log_sum = [&](NodeId id) {
    const Op* made_by = graph.node(id).op.get();
    return made_by && is_logsumexp(*made_by);
  };
  if (name == "sub") return std::ranges::any_of(node.inputs, is_log_sum);
  return std::ranges::find(kNames, name) != kNames.end();
}

// An argument that has such a form itself, as e^x / sum e^x under a logarithm, is seen as that; its own
// arguments are taken as they are.
Tensor stable_form(const Op& op, std::span<const Tensor> inputs) {
  std::array<Tensor, 2> in;
  if (inputs.empty() || inputs.size() > in.size()) return {};
  std::ranges::copy(inputs, in.begin());
  if ((is_log(op) || is_cross_entropy(op)) && may_have_stable_form(in[0].graph(), in[0].node())) {
    const std::vector<Tensor> arguments = get_inputs(in[0], in[0].graph());
    if (const Tensor better = form_of(*in[0].node().op, arguments); !better.empty()) in[0] = better;
  }
  return form_of(op, std::span(in).first(inputs.size()));
}

Tensor stable_form(const Tensor& x) {
  if (!x.node().op) return {};
  const std::vector<Tensor> inputs = get_inputs(x, x.graph());
  return stable_form(*x.node().op, inputs);
}

}  // namespace gradtable::detail
