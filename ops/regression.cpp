#include "gradtable/ops/regression.hpp"

#include <numbers>

#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/detail/composition.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {

Tensor half_squared_error(const Tensor& y, const Tensor& targets, Location at) {
  const detail::Composition composition("half_squared_error", {y, targets}, at);
  composition.require_alike(y, targets);
  return scale(sum(square(sub(y, targets))), 0.5);
}

Tensor mean_squared_error(const Tensor& y, const Tensor& targets, Location at) {
  const detail::Composition composition("mean_squared_error", {y, targets}, at);
  composition.require_alike(y, targets);
  composition.require_numbers_to_average(y);
  return mean(square(sub(y, targets)));
}

Tensor gaussian_nll(const Tensor& mean, const Tensor& variance, const Tensor& targets, double epsilon,
                    Location at) {
  const detail::Composition composition("gaussian_nll", {mean, variance, targets}, at);
  composition.require_alike(mean, variance);
  composition.require_alike(mean, targets);
  composition.require_numbers_to_average(mean);
  if (!(epsilon > 0)) composition.refuse(fmt::format("expected epsilon > 0, got {}", epsilon));
  const Tensor v = maximum(variance, epsilon);
  const Tensor costs = log(v * (2 * std::numbers::pi)) + square(targets - mean) / v;
  return scale(gradtable::mean(costs), 0.5);
}

}  // namespace gradtable
