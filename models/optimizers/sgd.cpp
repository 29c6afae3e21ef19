#include "gradtable/models/optimizers/sgd.hpp"

#include "gradtable/models/optimizers/detail/step.hpp"
#include "gradtable/ops/arithmetic.hpp"

namespace gradtable {

using Updates = std::vector<Update>;

void require_learning_rate(double learning_rate) {
  detail::require_positive("sgd", "learning rate", learning_rate);
}

Updates sgd(const GradTable& table, const Operand& learning_rate) {
  const detail::StepSize rate("sgd", learning_rate);
  return detail::for_each_target(table, [&](const Tensor& theta, const Tensor& g) -> Updates {
    return {{theta, theta - rate.as(theta.dtype()) * g}};
  });
}

Updates momentum(const GradTable& table, const Operand& learning_rate, double momentum) {
  const detail::StepSize rate("momentum", learning_rate);
  detail::require_fraction("momentum", "a momentum", momentum);
  return detail::for_each_target(table, [&](const Tensor& theta, const Tensor& g) -> Updates {
    const Tensor velocity = detail::state(detail::kVelocity, theta, theta.type());
    const Tensor v = momentum * velocity + g;
    return {{theta, theta - rate.as(theta.dtype()) * v}, {velocity, v}};
  });
}

Updates nesterov(const GradTable& table, const Operand& learning_rate, double momentum) {
  const detail::StepSize rate("nesterov", learning_rate);
  detail::require_fraction("nesterov", "a momentum", momentum);
  return detail::for_each_target(table, [&](const Tensor& theta, const Tensor& g) -> Updates {
    const Tensor velocity = detail::state(detail::kVelocity, theta, theta.type());
    const Tensor v = momentum * velocity + g;
    return {{theta, theta - rate.as(theta.dtype()) * (g + momentum * v)}, {velocity, v}};
  });
}

}  // namespace gradtable
