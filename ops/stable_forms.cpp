#include "gradtable/ops/patterns/stable_forms.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "gradtable/ops/detail/forms/logarithms.hpp"
#include "gradtable/ops/detail/forms/logits.hpp"
#include "gradtable/ops/detail/forms/quotients.hpp"
#include "gradtable/ops/detail/forms/roots.hpp"
#include "gradtable/ops/detail/logit_cost.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/classification.hpp"
#include "gradtable/ops/patterns/reduction.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::detail {
namespace {

// The axis along which y is logsumexp(x), so that x - y is log_softmax(x).
std::optional<std::int64_t> axis_of_log_sum(const Tensor& y, const Tensor& x) {
  if (!is_made_by(y, is_logsumexp) || input_of(y, 0) != x) return {};
  const std::vector<std::int64_t> axes = joined_axes(y);
  return axes.size() == 1 && lies_along_its_axes(y) ? std::optional(axes[0]) : std::nullopt;
}

// a - b
Tensor difference_form(const Tensor& a, const Tensor& b) {
  if (const auto axis = axis_of_log_sum(b, a)) return log_softmax(a, *axis);
  if (const auto axis = axis_of_log_sum(a, b)) return neg(log_softmax(b, *axis));
  return {};
}

// The probabilities may be written out, as e^x / sum e^x.
Tensor cross_entropy_form(const Tensor& probabilities, const Tensor& y, Constants constants) {
  if (probabilities.shape()[0] == 0) return {};
  Tensor p = probabilities;
  if (is_made_by(p, is_div)) {
    const Tensor share = quotient_form(input_of(p, 0), input_of(p, 1), constants);
    if (!share.empty()) p = share;
  }
  if (is_made_by(p, is_softmax))
    return scale(softmax_cross_entropy(input_of(p, 0), y), static_cast<double>(p.shape()[0]));
  const Tensor log = logarithm_form(p, constants);
  return log.empty() ? Tensor() : nll(log, y, {.reduction = LossReduction::sum});
}

Tensor binary_cross_entropy_form(const Tensor& probabilities, const Tensor& t, Constants constants) {
  const Tensor x = logit_form(probabilities, constants);
  return x.empty() ? x : logit_cost(x, t);
}

Tensor form_of(const Op& op, std::span<const Tensor> in, Constants constants) {
  if (is_log(op)) return logarithm_form(in[0], constants);
  if (is_log1p(op)) return log1p_form(in[0], constants);
  if (is_div(op)) return quotient_form(in[0], in[1], constants);
  if (is_mul(op)) return reciprocal_product_form(in[0], in[1], constants);
  if (is_sub(op)) return difference_form(in[0], in[1]);
  if (is_cross_entropy(op)) return cross_entropy_form(in[0], in[1], constants);
  if (is_binary_cross_entropy(op)) return binary_cross_entropy_form(in[0], in[1], constants);
  const std::optional<double> exponent = exponent_of(op);
  if (exponent == 0.5) return square_root_form(in[0], constants);
  return exponent == -1 ? inverse_form(in[0], constants) : Tensor();
}

}  // namespace

bool may_have_stable_form(const Graph& graph, const Node& node) {
  // By names: looking for classes costs ten times as much, which large graphs feel.
  static constexpr std::array<std::string_view, 8> kNames = {
      "log", "log1p", "div", "cross_entropy", "binary_cross_entropy", "sqrt", "reciprocal", "pow"};
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
  return inputs.empty() ? Tensor() : form_of(op, inputs, Constants::all);
}

Tensor stable_form(const Tensor& x) {
  if (!x.node().op) return {};
  const std::vector<Tensor> inputs = get_inputs(x, x.graph());
  return form_of(*x.node().op, inputs, Constants::literals);
}

}  // namespace gradtable::detail
