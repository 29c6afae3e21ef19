#include "gradtable/models/networks/layers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/models/networks/activations.hpp"
#include "gradtable/models/networks/initializers.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/dropout.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::layers {
namespace {

void require_rank(const char* layer, int least, const Tensor& x) {
  if (x.shape().rank() < least)
    throw ShapeError(fmt::format("{}: expected an input with {} axes or more, got {}", layer, least,
                                 to_string(x.shape())));
}

// (channels, C / groups, kernel...)
Shape kernel_shape(int axes, const Tensor& x, std::int64_t channels, const PerAxis& kernel,
                   std::int64_t groups) {
  require_rank("convolution", 2, x);
  const std::vector<std::int64_t>& given = kernel.values();
  if (given.size() != 1 && given.size() != static_cast<std::size_t>(axes))
    throw ShapeError(fmt::format("convolution: expected a kernel of one extent or {}, got ({})", axes,
                                 fmt::join(given, ",")));
  if (groups < 1) throw ShapeError(fmt::format("convolution: expected at least one group, got {}", groups));
  std::vector<std::int64_t> extents = {channels, x.shape()[1] / groups};
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(axes); ++axis)
    extents.push_back(given[given.size() == 1 ? 0 : axis]);
  return Shape(extents);
}

// (x 1): x with a column of ones after it.
Tensor with_ones(const Tensor& x) {
  std::vector<std::int64_t> extents(x.shape().extents().begin(), x.shape().extents().end());
  extents.back() = 1;
  return concat({x, broadcast_to(x.graph().literal(1, x.dtype()), Shape(extents))}, -1);
}

template <int kAxes, class... Arguments>
Tensor conv(const Arguments&... arguments) {
  if constexpr (kAxes == 1)
    return conv1d(arguments...);
  else if constexpr (kAxes == 2)
    return conv2d(arguments...);
  else
    return conv3d(arguments...);
}

}  // namespace

Tensor FullyConnected::operator()(LayerBuilder& build, const Tensor& x) const {
  require_rank("fully connected layer", 1, x);
  const Shape shape{x.shape()[-1], outputs};
  if (bias == Bias::row) return matmul(with_ones(x), build.weights_over_bias(shape));
  const Tensor product = matmul(x, build.weights(shape));
  return bias == Bias::node ? add_bias(product, build.bias(shape)) : product;
}

template <int kAxes>
Tensor Convolution<kAxes>::operator()(LayerBuilder& build, const Tensor& x) const {
  const Shape shape = kernel_shape(kAxes, x, channels, kernel, options.groups);
  const Tensor w = build.weights(shape);
  return bias ? conv<kAxes>(x, w, build.bias(shape), options) : conv<kAxes>(x, w, options);
}

template <int kAxes>
Tensor MaxPool<kAxes>::operator()(LayerBuilder&, const Tensor& x) const {
  if constexpr (kAxes == 1)
    return max_pool1d(x, kernel, options);
  else if constexpr (kAxes == 2)
    return max_pool2d(x, kernel, options);
  else
    return max_pool3d(x, kernel, options);
}

template <int kAxes>
Tensor AvgPool<kAxes>::operator()(LayerBuilder&, const Tensor& x) const {
  if constexpr (kAxes == 1)
    return avg_pool1d(x, kernel, options);
  else if constexpr (kAxes == 2)
    return avg_pool2d(x, kernel, options);
  else
    return avg_pool3d(x, kernel, options);
}

template struct Convolution<1>;
template struct Convolution<2>;
template struct Convolution<3>;
template struct MaxPool<1>;
template struct MaxPool<2>;
template struct MaxPool<3>;
template struct AvgPool<1>;
template struct AvgPool<2>;
template struct AvgPool<3>;

Tensor Activation::operator()(LayerBuilder&, const Tensor& x) const {
  return find_activation(name).function(x, Location::current());
}

Tensor OutputActivation::operator()(LayerBuilder&, const Tensor& x) const {
  return find_output_activation(name).function(x, Location::current());
}

Tensor ReLU::operator()(LayerBuilder&, const Tensor& x) const {
  return relu(x);
}

Tensor Sigmoid::operator()(LayerBuilder&, const Tensor& x) const {
  return sigmoid(x);
}

Tensor TanH::operator()(LayerBuilder&, const Tensor& x) const {
  return tanh(x);
}

Tensor SoftMax::operator()(LayerBuilder&, const Tensor& x) const {
  return softmax(x);
}

Tensor Reshape::operator()(LayerBuilder&, const Tensor& x) const {
  require_rank("reshape", 1, x);
  std::vector<std::int64_t> all = {x.shape()[0]};
  all.insert(all.end(), extents.begin(), extents.end());
  return reshape(x, all);
}

Tensor Flatten::operator()(LayerBuilder&, const Tensor& x) const {
  return flatten(x);
}

Tensor Named::operator()(LayerBuilder& build, const Tensor& x) const {
  return layer(build, x).named(name);
}

Tensor Dropout::operator()(LayerBuilder& build, const Tensor& x) const {
  if (!(rate >= 0 && rate < 1))
    throw ConfigError(fmt::format("dropout: expected a rate of at least 0 and below 1, got {}", rate));
  if (!build.training() || rate == 0) return x;
  return dropout(x, rate, build.seed(), build.step(), build.dropout_stream());
}

Tensor BatchNorm::operator()(LayerBuilder& build, const Tensor& x) const {
  require_rank("batch normalization", 2, x);
  const Shape shape{x.shape()[1]};
  const auto all = [&](double value) { return [=, &build] { return full(shape, value, build.dtype()); }; };
  const Tensor scale = build.parameter("scale", all(1)), bias = build.parameter("bias", all(0));
  const Tensor mean = build.state("running_mean", all(0));
  const Tensor variance = build.state("running_variance", all(1));
  if (!build.training()) return batch_norm_inference(x, scale, bias, mean, variance, options.epsilon);
  const BatchNormResult normalized = batch_norm(x, scale, bias, mean, variance, options);
  build.update(mean, normalized.running_mean);
  build.update(variance, normalized.running_variance);
  return normalized.output;
}

Tensor CrossEntropyLoss::operator()(const Tensor& probabilities, const Tensor& labels) const {
  return cross_entropy(probabilities, labels);
}

Tensor SoftMaxCrossEntropyLoss::operator()(const Tensor& scores, const Tensor& labels) const {
  return softmax_cross_entropy(scores, labels);
}

}  // namespace gradtable::layers
