#include "gradtable/models/networks/lenet5.hpp"

#include <utility>

#include <fmt/format.h>

#include "gradtable/models/networks/detail/first_values.hpp"
#include "gradtable/ops/convolution.hpp"
#include "gradtable/ops/pooling.hpp"
#include "gradtable/ops/product.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

constexpr std::int64_t kKernel = 5;
constexpr std::int64_t kOwnPixels = 32;  // of the paper's images

// Zeros at both ends of an extent.
std::int64_t padding_of(std::int64_t extent) {
  return extent < kOwnPixels ? kKernel / 2 : 0;
}

// Of S4.
std::int64_t extent_behind(std::int64_t extent) {
  const std::int64_t s2 = (extent + 2 * padding_of(extent) - kKernel + 1) / 2;
  return (s2 - kKernel + 1) / 2;
}

}  // namespace

LeNet5::LeNet5(Graph& graph, const LeNet5Options& options, Location at)
    : rows_(options.rows),
      columns_(options.columns),
      pooling_(options.pooling),
      activation_(find_activation(options.activation).function),
      output_(find_output_activation(options.output).function),
      dropout_("lenet5", options.dropout, options.seed) {
  if (options.classes < 1)
    throw ConfigError(fmt::format("lenet5: expected at least one class, got {}", options.classes));
  if (rows_ < kLeastPixels || columns_ < kLeastPixels)
    throw ConfigError(fmt::format("lenet5: expected images of at least {}x{}, got {}x{}", kLeastPixels,
                                  kLeastPixels, rows_, columns_));
  if (!is_floating(options.dtype))
    throw ConfigError(fmt::format("lenet5: expected float32 or float64, got {}", to_string(options.dtype)));
  const std::int64_t s4 = 16 * extent_behind(rows_) * extent_behind(columns_);
  std::size_t layer = 0;
  for (const Shape& shape :
       {Shape{6, 1, 5, 5}, Shape{16, 6, 5, 5}, Shape{s4, 120}, Shape{120, 84}, Shape{84, options.classes}}) {
    ++layer;
    auto [weights, bias] =
        detail::first_values(shape, options.initializer, options.seed, layer, options.dtype);
    parameters_.push_back(
        graph.parameter(fmt::format("{}W{}", options.prefix, layer), std::move(weights), at));
    parameters_.push_back(graph.parameter(fmt::format("{}b{}", options.prefix, layer), std::move(bias), at));
  }
}

Tensor LeNet5::operator()(const Tensor& x, Location at) const {
  return outputs(x, {}, at);
}

Tensor LeNet5::training(const Tensor& x, const Tensor& step, Location at) const {
  return outputs(x, step, at);
}

Tensor LeNet5::outputs(const Tensor& x, const Tensor& step, Location at) const {
  const std::int64_t examples = x.shape().rank() == 0 ? 1 : x.shape()[0];
  const Tensor image = reshape(x, {examples, 1, rows_, columns_}, at);
  const PerAxis padding = {padding_of(rows_), padding_of(columns_)};
  const Tensor c1 = activation_(convolved(image, 1, padding, at), at).named("C1");
  const Tensor s2 = pooled(c1, at).named("S2");
  const Tensor c3 = activation_(convolved(s2, 2, 0, at), at).named("C3");
  const Tensor s4 = pooled(c3, at).named("S4");
  const Tensor c5 = activation_(affine(flatten(s4, 1, at), 3, at), at).named("C5");
  const Tensor f6 = activation_(affine(dropout_(c5, step, 3, at), 4, at), at).named("F6");
  return output_(affine(dropout_(f6, step, 4, at), 5, at), at);
}

Tensor LeNet5::convolved(const Tensor& x, std::size_t layer, const PerAxis& padding, Location at) const {
  return conv2d(x, parameters_[2 * layer - 2], parameters_[2 * layer - 1], {.padding = padding}, at);
}

Tensor LeNet5::pooled(const Tensor& x, Location at) const {
  return pooling_ == Pooling::max ? max_pool2d(x, 2, {}, at) : avg_pool2d(x, 2, {}, at);
}

Tensor LeNet5::affine(const Tensor& x, std::size_t layer, Location at) const {
  const Tensor product = matmul(x, parameters_[2 * layer - 2], Transpose::no, Transpose::no, at);
  return add_bias(product, parameters_[2 * layer - 1], at);
}

std::int64_t LeNet5::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters_) count += parameter.shape().size();
  return count;
}

}  // namespace gradtable
