#include "gradtable/models/optimizers/adaptive.hpp"

#include <cmath>

#include "gradtable/models/optimizers/detail/step.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/powers.hpp"

namespace gradtable {
namespace {

using Updates = std::vector<Update>;

// 1 - beta^t, without the cancellation of a beta near 1.
Tensor bias(const Tensor& t, double beta) {
  return -expm1(t * std::log(beta));
}

// The numbers of Adam's step that are the same for all elements, in float64. The step is computed as
// rate' s / (sqrt(r) + epsilon'), which is the same and takes fewer operations for each element:
// rate' = rate sqrt(1 - beta2^t) / (1 - beta1^t), epsilon' = epsilon sqrt(1 - beta2^t).
struct AdamScalars {
  Tensor rate;
  Tensor epsilon;
  Update count;
};

AdamScalars scalars_of(const Tensor& first, const detail::StepSize& rate, const AdamOptions& options) {
  const Graph::Scope scope(first.graph(), Phase::update, first.id());
  const Tensor count = detail::state(detail::kSteps, first, {DType::float64, {}});
  const Tensor t = count + 1.0;
  const Tensor root = sqrt(bias(t, options.beta2));
  return {rate.as(DType::float64) * root / bias(t, options.beta1), options.epsilon * root, {count, t}};
}

// `decayed` gives theta without what decays in the step.
template <class Decayed>
Updates adam_updates(const GradTable& table, const detail::StepSize& rate, const AdamOptions& options,
                     const Decayed& decayed) {
  if (table.size() == 0) return {};
  const AdamScalars scalars = scalars_of(table.begin()->target, rate, options);
  Updates updates = detail::for_each_target(table, [&](const Tensor& theta, const Tensor& g) -> Updates {
    const Tensor first = detail::state(detail::kFirstMoment, theta, theta.type());
    const Tensor second = detail::state(detail::kSecondMoment, theta, theta.type());
    const Tensor s = options.beta1 * first + (1 - options.beta1) * g;
    const Tensor r = options.beta2 * second + (1 - options.beta2) * square(g);
    const auto scalar = [&](const Tensor& x) { return as_type(x, theta.dtype()); };
    const Tensor step = scalar(scalars.rate) * s / (sqrt(r) + scalar(scalars.epsilon));
    return {{theta, decayed(theta) - step}, {first, s}, {second, r}};
  });
  updates.push_back(scalars.count);
  return updates;
}

void require_adam(std::string_view name, const AdamOptions& options) {
  detail::require_fraction(name, "beta1", options.beta1);
  detail::require_fraction(name, "beta2", options.beta2);
  detail::require_positive(name, "epsilon", options.epsilon);
}

}  // namespace

Updates adagrad(const GradTable& table, const Operand& learning_rate, double epsilon) {
  const detail::StepSize rate("adagrad", learning_rate);
  detail::require_positive("adagrad", "epsilon", epsilon);
  return detail::for_each_target(table, [&](const Tensor& theta, const Tensor& g) -> Updates {
    const Tensor squares = detail::state(detail::kSquares, theta, theta.type());
    const Tensor r = squares + square(g);
    return {{theta, theta - rate.as(theta.dtype()) * g / (sqrt(r) + epsilon)}, {squares, r}};
  });
}

Updates rmsprop(const GradTable& table, const Operand& learning_rate, double alpha, double epsilon) {
  const detail::StepSize rate("rmsprop", learning_rate);
  detail::require_fraction("rmsprop", "alpha", alpha);
  detail::require_positive("rmsprop", "epsilon", epsilon);
  return detail::for_each_target(table, [&](const Tensor& theta, const Tensor& g) -> Updates {
    const Tensor squares = detail::state(detail::kMeanSquare, theta, theta.type());
    const Tensor r = alpha * squares + (1 - alpha) * square(g);
    return {{theta, theta - rate.as(theta.dtype()) * g / (sqrt(r) + epsilon)}, {squares, r}};
  });
}

Updates adam(const GradTable& table, const Operand& learning_rate, const AdamOptions& options) {
  const detail::StepSize rate("adam", learning_rate);
  require_adam("adam", options);
  return adam_updates(table, rate, options, [](const Tensor& theta) { return theta; });
}

Updates adamw(const GradTable& table, const Operand& learning_rate, const AdamWOptions& options) {
  const detail::StepSize rate("adamw", learning_rate);
  const AdamOptions adam{options.beta1, options.beta2, options.epsilon};
  require_adam("adamw", adam);
  detail::require_not_negative("adamw", "weight decay", options.weight_decay);
  return adam_updates(table, rate, adam, [&](const Tensor& theta) {
    if (options.weight_decay == 0 || !is_penalized(theta, options.penalized)) return theta;
    return theta - rate.as(theta.dtype()) * (options.weight_decay * theta);
  });
}

}  // namespace gradtable
