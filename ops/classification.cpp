#include "gradtable/ops/classification.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>

#include <fmt/format.h>

#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/detail/composition.hpp"
#include "gradtable/ops/detail/elementwise.hpp"
#include "gradtable/ops/detail/labels.hpp"
#include "gradtable/ops/detail/logit_cost.hpp"
#include "gradtable/ops/detail/pick.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/classification.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

class ProbabilityCost final : public detail::Binary<ProbabilityCost> {
 public:
  std::string_view name() const override { return "binary_cross_entropy"; }
  static constexpr double kFlops = 25;
  template <class T>
  static T formula(T p, T t) {
    constexpr T kEps = std::numeric_limits<T>::epsilon();
    return -(t * detail::log(p + kEps) + (T{1} - t) * detail::log((T{1} - p) + kEps));
  }
  // dy/dp = (1 - t) / (1 - p + eps) - t / (p + eps), dy/dt = ln(1 - p + eps) - ln(p + eps)
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t wrt) const override {
    const Tensor &p = inputs[0], &t = inputs[1];
    const double eps = dispatch_floating(
        p.dtype(), []<class T>() { return static_cast<double>(std::numeric_limits<T>::epsilon()); });
    const Tensor yes = p + eps, no = (1.0 - p) + eps;
    return mul(gradient, wrt == 0 ? sub(div(1.0 - t, no), div(t, yes)) : sub(log(no), log(yes)));
  }
};

class LogitCost final : public detail::Binary<LogitCost> {
 public:
  std::string_view name() const override { return "binary_cross_entropy_with_logits"; }
  static constexpr double kFlops = 25;
  template <class T>
  static T formula(T x, T t) {
    // max(x, 0) - x t + ln(1 + e^-|x|); of x - x t few digits would be left for t near 1.
    return (x > T{0} ? x * (T{1} - t) : -x * t) + detail::log1p(detail::exp(-std::abs(x)));
  }
  // dy/dx = sigmoid(x) - t, dy/dt = -x
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t wrt) const override {
    const Tensor &x = inputs[0], &t = inputs[1];
    return wrt == 0 ? mul(gradient, sub(sigmoid(x), t)) : neg(mul(gradient, x));
  }
};

// Checks scores and targets of one shape.
void require_pairs(const detail::Composition& composition, const Tensor& x, const Tensor& targets) {
  composition.require_alike(x, targets);
  composition.require_numbers_to_average(x);
}

// Checks (n,k) with int32 class indices (n).
void require_rows(const detail::Composition& composition, const Tensor& x, const Tensor& labels) {
  const std::array types = {x.type(), labels.type()};
  composition.checked([&] { return detail::infer_loss(types); });
  composition.checked([&] { detail::require_int32(labels.type(), "labels"); });
  composition.require_numbers_to_average(x);
}

// The numbers 0, 1, ..., k - 1 of the type of x.
Tensor class_numbers(const Tensor& x, std::int64_t k) {
  Array numbers(x.dtype(), {k});
  dispatch_floating(x.dtype(), [&]<class T>() {
    const auto all = numbers.view().as<T>();
    std::iota(all.begin(), all.end(), T{0});
  });
  return x.graph().constant(std::move(numbers));
}

Tensor as_column(const Tensor& x) {
  return reshape(x, {x.shape()[0], 1});
}

}  // namespace

bool detail::is_binary_cross_entropy(const Op& op) {
  return dynamic_cast<const ProbabilityCost*>(&op) != nullptr;
}

Tensor detail::logit_cost(const Tensor& scores, const Tensor& targets, Location at) {
  return apply<LogitCost>({scores, targets}, at);
}

Tensor binary_cross_entropy(const Tensor& probabilities, const Tensor& targets, Location at) {
  const detail::Composition composition("binary_cross_entropy", {probabilities, targets}, at);
  require_pairs(composition, probabilities, targets);
  return mean(apply<ProbabilityCost>({probabilities, targets}, at));
}

Tensor binary_cross_entropy_with_logits(const Tensor& scores, const Tensor& targets, Location at) {
  const detail::Composition composition("binary_cross_entropy_with_logits", {scores, targets}, at);
  require_pairs(composition, scores, targets);
  return mean(detail::logit_cost(scores, targets, at));
}

Tensor hinge(const Tensor& scores, const Tensor& targets, Location at) {
  const detail::Composition composition("hinge", {scores, targets}, at);
  require_pairs(composition, scores, targets);
  return mean(relu(1.0 - targets * scores));
}

Tensor multiclass_hinge(const Tensor& scores, const Tensor& labels, Location at) {
  const detail::Composition composition("multiclass_hinge", {scores, labels}, at);
  require_rows(composition, scores, labels);
  const Tensor& x = scores;
  const Tensor margins = relu((x - as_column(detail::pick(x, labels, "multiclass_hinge"))) + 1.0);
  const Tensor others = 1.0 - detail::label_rows(labels, x);
  return mean(sum(others * margins, {1}));
}

Tensor misclassification_probability(const Tensor& probabilities, const Tensor& labels, Location at) {
  const detail::Composition composition("misclassification_probability", {probabilities, labels}, at);
  require_rows(composition, probabilities, labels);
  return mean(1.0 - detail::pick(probabilities, labels, "misclassification_probability"));
}

Tensor expected_squared_distance(const Tensor& probabilities, const Tensor& labels, Location at) {
  const detail::Composition composition("expected_squared_distance", {probabilities, labels}, at);
  require_rows(composition, probabilities, labels);
  const Tensor& p = probabilities;
  const Tensor classes = class_numbers(p, p.shape()[1]);
  const Tensor label = detail::pick(broadcast_to(classes, p.shape()), labels, "expected_squared_distance");
  const Tensor distances = classes - as_column(label);
  return mean(sum(p * square(distances), {1}));
}

}  // namespace gradtable
