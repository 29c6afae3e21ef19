// The domain of training: gradients and optimizers.
#include <array>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/integers.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/powers.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

// dy/dx for each of xs, at the values that they have in the model: other values are refused.
Tensors gradient(OnnxNode& node) {
  const std::vector<std::string> xs = node.texts("xs");
  const std::vector<std::string> others = node.texts("zs");
  std::vector<std::string> names = xs;
  names.insert(names.end(), others.begin(), others.end());
  if (names.size() != node.input_count())
    node.refuse(fmt::format("expected an input for each of xs and zs, which are {}, got {}", names.size(),
                            node.input_count()));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != node.name(i))
      node.refuse(fmt::format("expected the tensor '{}' itself as input {}, got '{}'",
                              printable(names[i], 80), i, printable(node.name(i), 80)));
    node.ignore_input(i);
  }
  Tensors targets;
  for (const std::string& x : xs) targets.push_back(node.tensor(x));
  Tensors gradients;
  for (const auto& entry : build_grad(node.tensor(node.text("y")), targets))
    gradients.push_back(entry.gradient);
  return gradients;
}

// An optimizer's inputs: the learning rate, the count of steps that were done, then all parameters X, all
// gradients G, and one or two memories of each.
struct Step {
  Tensor rate;
  Tensor count;
  std::vector<Tensors> groups;  // [kind][parameter]
};

Step step_of(OnnxNode& node, std::size_t kinds) {
  const Tensors tensors = node.inputs(2);
  if (tensors.empty() || tensors.size() % kinds != 0)
    node.refuse(fmt::format("expected {} inputs for each parameter, got {}", kinds, tensors.size()));
  const DType dtype = tensors.front().dtype();
  Step step{as_type(node.input(0), dtype), as_type(node.input(1), dtype), {}};
  const auto count = static_cast<std::ptrdiff_t>(tensors.size() / kinds);
  for (auto group = tensors.begin(); group != tensors.end(); group += count)
    step.groups.emplace_back(group, group + count);
  return step;
}

// `update` gives the new tensors of one parameter, which the outputs take kind by kind.
template <class Update>
Tensors updated(const Step& step, const Update& update) {
  std::vector<Tensors> kinds;
  for (std::size_t i = 0; i < step.groups.front().size(); ++i) {
    const Tensors made = update(i);
    kinds.resize(made.size());
    for (std::size_t kind = 0; kind < made.size(); ++kind) kinds[kind].push_back(made[kind]);
  }
  Tensors outputs;
  for (const Tensors& kind : kinds) outputs.insert(outputs.end(), kind.begin(), kind.end());
  return outputs;
}

// g = G + norm X; v = alpha V + (1 - alpha) g; h = beta H + (1 - beta) g^2;
// x = (1 - norm_post) (X - r v / (sqrt h + epsilon)), r = R sqrt(1 - beta^T) / (1 - alpha^T), R for T = 0.
Tensors adam(OnnxNode& node) {
  const Step step = step_of(node, 4);
  const double alpha = node.real("alpha", 0.9F), beta = node.real("beta", 0.999F);
  const double epsilon = node.real("epsilon", 1e-6F), norm = node.real("norm_coefficient", 0);
  const double norm_post = node.real("norm_coefficient_post", 0);
  const auto left = [&](double base) {  // 1 - base^T
    return 1 - pow(node.graph().literal(base, step.count.dtype()), step.count);
  };
  const Tensor corrected = step.rate * sqrt(left(beta)) / left(alpha);
  const Tensor rate = where(greater(step.count, 0.0), corrected, step.rate);
  return updated(step, [&](std::size_t i) -> Tensors {
    const Tensor x = step.groups[0][i];
    const Tensor g = step.groups[1][i] + x * norm;
    const Tensor v = step.groups[2][i] * alpha + g * (1 - alpha);
    const Tensor h = step.groups[3][i] * beta + square(g) * (1 - beta);
    return {(x - rate * v / (sqrt(h) + epsilon)) * (1 - norm_post), v, h};
  });
}

// g = G + norm X; v = alpha V + b g, b = beta, but 1 for T = 0; x = X - R v, or, by Nesterov,
// X - R (g + alpha v).
Tensors momentum(OnnxNode& node) {
  const Step step = step_of(node, 3);
  const double alpha = node.real("alpha"), beta = node.real("beta"), norm = node.real("norm_coefficient");
  const std::string mode = node.text("mode");
  if (mode != "standard" && mode != "nesterov")
    node.refuse(fmt::format("expected the mode standard or nesterov, got {}", printable(mode, 80)));
  const Tensor one = node.graph().literal(1, step.count.dtype());
  const Tensor factor = where(greater(step.count, 0.0), beta, one);
  return updated(step, [&](std::size_t i) -> Tensors {
    const Tensor x = step.groups[0][i];
    const Tensor g = step.groups[1][i] + x * norm;
    const Tensor v = step.groups[2][i] * alpha + factor * g;
    return {x - step.rate * (mode == "nesterov" ? g + v * alpha : v), v};
  });
}

// g = G + norm X; h = H + g^2; x = X - r g / (sqrt h + epsilon), r = R / (1 + T decay).
Tensors adagrad(OnnxNode& node) {
  const Step step = step_of(node, 3);
  const double decay = node.real("decay_factor", 0), norm = node.real("norm_coefficient", 0);
  const double epsilon = node.real("epsilon", 1e-6F);
  const Tensor rate = step.rate / (step.count * decay + 1);
  return updated(step, [&](std::size_t i) -> Tensors {
    const Tensor x = step.groups[0][i];
    const Tensor g = step.groups[1][i] + x * norm;
    const Tensor h = step.groups[2][i] + square(g);
    return {x - rate * g / (sqrt(h) + epsilon), h};
  });
}

}  // namespace

std::span<const OnnxConverter> onnx_training() {
  static const OnnxConverter kTable[] = {
      {"Adagrad", 1, adagrad}, {"Adam", 1, adam}, {"Gradient", 1, gradient}, {"Momentum", 1, momentum}};
  return kTable;
}

}  // namespace gradtable::detail
