#include "gradtable/models/networks/fcnn.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/models/networks/activations.hpp"
#include "gradtable/models/networks/initializers.hpp"
#include "gradtable/ops/product.hpp"

namespace gradtable {
namespace {

// Random streams of layers lie apart from those of epochs and images, which count from 0.
constexpr std::uint64_t kFirstStream = std::uint64_t{1} << 32;

// b uniform in [-1/n, 1/n] is a row of the weights that a layer with n inputs gets from `uniform`.
Array initial_bias(std::int64_t inputs, std::int64_t outputs, bool zero, Random& random, DType dtype) {
  Array bias = zeros({outputs}, dtype);
  if (zero) return bias;
  const double bound = 1 / static_cast<double>(inputs);
  dispatch_floating(dtype, [&]<class T>() {
    for (T& value : bias.as<T>()) value = static_cast<T>(random.uniform(-bound, bound));
  });
  return bias;
}

}  // namespace

Fcnn::Fcnn(Graph& graph, std::vector<std::int64_t> widths, const FcnnOptions& options, Location at)
    : widths_(std::move(widths)), activation_(find_activation(options.activation).function) {
  if (widths_.size() < 2 || std::ranges::min(widths_) < 1)
    throw ConfigError(fmt::format("fcnn: expected at least two widths, each at least 1, got ({})",
                                  fmt::join(widths_, ",")));
  if (!is_floating(options.dtype)) throw ConfigError("fcnn: expected float32 or float64, got int32");
  const Initializer& initializer = find_initializer(options.initializer);
  for (std::size_t layer = 1; layer < widths_.size(); ++layer) {
    Random random(options.seed, kFirstStream + layer);
    const std::int64_t inputs = widths_[layer - 1], outputs = widths_[layer];
    Array weights = initializer.weights({inputs, outputs}, random, options.dtype);
    Array bias = initial_bias(inputs, outputs, initializer.name == "zeros", random, options.dtype);
    parameters_.push_back(
        graph.parameter(fmt::format("{}W{}", options.prefix, layer), std::move(weights), at));
    parameters_.push_back(graph.parameter(fmt::format("{}b{}", options.prefix, layer), std::move(bias), at));
  }
}

Tensor Fcnn::operator()(const Tensor& x, Location at) const {
  Tensor h = x;
  for (std::size_t i = 0; i < parameters_.size(); i += 2) {
    const Tensor a =
        add_bias(matmul(h, parameters_[i], Transpose::no, Transpose::no, at), parameters_[i + 1], at);
    if (i + 2 == parameters_.size()) return a;
    const std::size_t layer = i / 2 + 1;
    h = activation_(a.named(fmt::format("a{}", layer)), at).named(fmt::format("h{}", layer));
  }
  return h;
}

std::int64_t Fcnn::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters_) count += parameter.shape().size();
  return count;
}

}  // namespace gradtable
