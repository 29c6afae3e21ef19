#include "gradtable/ops/normalization.hpp"

#include <array>
#include <initializer_list>
#include <vector>

#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/composition.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/powers.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using Composition = detail::Composition;

void require_epsilon(const Composition& composition, double epsilon) {
  if (!(epsilon >= 0)) composition.refuse(fmt::format("expected epsilon >= 0, got {}", epsilon));
}

void require_channels(const Composition& composition, const Tensor& x, std::initializer_list<Tensor> others) {
  const std::array only_x = {x.type()};
  const DType dtype = composition.checked([&] { return detail::floating(only_x); });
  if (x.shape().rank() < 2)
    composition.refuse(fmt::format("expected x (n,k,...), got {}", to_string(x.shape())));
  const TensorType of_channels{dtype, {x.shape()[1]}};
  for (const Tensor& other : others) {
    if (other.type() != of_channels)
      composition.refuse(fmt::format("expected {} for the channels of {}, got {}", to_string(of_channels),
                                     to_string(x.type()), to_string(other.type())));
  }
}

// (k) as (1,k,1,...), which broadcasts to x.
Tensor along_channels(const Tensor& numbers, const Tensor& x) {
  std::vector<std::int64_t> extents(static_cast<std::size_t>(x.shape().rank()), 1);
  extents[1] = numbers.shape()[0];
  return reshape(numbers, Shape(extents));
}

Tensor inverse_root(const Tensor& variance, double epsilon) {
  return reciprocal(sqrt(variance + epsilon));
}

// The two numbers of a channel are multiplied before they are repeated.
Tensor scaled(const Tensor& centered, const Tensor& scale, const Tensor& variance, const Tensor& bias,
              double epsilon) {
  const Tensor factors = mul(scale, inverse_root(variance, epsilon));
  return centered * along_channels(factors, centered) + along_channels(bias, centered);
}

}  // namespace

BatchNormResult batch_norm(const Tensor& x, const Tensor& scale, const Tensor& bias,
                           const Tensor& running_mean, const Tensor& running_variance,
                           const BatchNormOptions& options, Location at) {
  const Composition composition("batch_norm", {x, scale, bias, running_mean, running_variance}, at);
  const double momentum = options.momentum;
  require_channels(composition, x, {scale, bias, running_mean, running_variance});
  require_epsilon(composition, options.epsilon);
  if (!(momentum >= 0 && momentum <= 1))
    composition.refuse(fmt::format("expected a momentum in [0,1], got {}", momentum));
  if (x.shape().size() == 0)
    composition.refuse(fmt::format("expected a batch that is not empty, got {}", to_string(x.shape())));
  std::vector<std::int64_t> axes = {0};
  for (int axis = 2; axis < x.shape().rank(); ++axis) axes.push_back(axis);
  const Tensor m = mean(x, axes), centered = x - along_channels(m, x), v = mean(square(centered), axes);
  return {.output = scaled(centered, scale, v, bias, options.epsilon),
          .mean = m,
          .variance = v,
          .running_mean = running_mean * momentum + m * (1 - momentum),
          .running_variance = running_variance * momentum + v * (1 - momentum)};
}

Tensor batch_norm_inference(const Tensor& x, const Tensor& scale, const Tensor& bias, const Tensor& mean,
                            const Tensor& variance, double epsilon, Location at) {
  const Composition composition("batch_norm_inference", {x, scale, bias, mean, variance}, at);
  require_channels(composition, x, {scale, bias, mean, variance});
  require_epsilon(composition, epsilon);
  return scaled(x - along_channels(mean, x), scale, variance, bias, epsilon);
}

LayerNormResult layer_norm(const Tensor& x, const Tensor& scale, const Tensor& bias, std::int64_t axis,
                           double epsilon, Location at) {
  const Composition composition("layer_norm", {x, scale, bias}, at);
  const std::array types = {x.type(), scale.type(), bias.type()};
  composition.checked([&] { return detail::floating(types); });
  require_epsilon(composition, epsilon);
  const int rank = x.shape().rank();
  std::vector<std::int64_t> axes;
  for (int i = composition.checked([&] { return detail::axis_of(axis, rank); }); i < rank; ++i)
    axes.push_back(i);
  for (const Tensor& other : {scale, bias}) {
    if (!broadcasts_to(other.shape(), x.shape()))
      composition.refuse(fmt::format("expected scale and bias that broadcast to {}, got {}",
                                     to_string(x.shape()), to_string(other.shape())));
  }
  composition.checked(
      [&] { detail::require_some(x.shape(), detail::reduced(x.shape(), detail::set_of(axes, rank), true)); });
  const Tensor m = mean(x, axes, true), centered = x - m;
  const Tensor r = inverse_root(mean(square(centered), axes, true), epsilon);
  return {.output = centered * r * scale + bias, .mean = m, .inverse_deviation = r};
}

}  // namespace gradtable
