// The domain of training: gradients and optimizers. An optimizer's inputs are the learning rate R, the count
// of steps T, and groups of tensors, for each parameter: X, its gradient G, and what the optimizer remembers.
#include <array>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

// The gradient of y at the values that its inputs have in the model: xs with other values are refused.
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

}  // namespace

std::span<const OnnxConverter> onnx_training() {
  static const OnnxConverter kTable[] = {{"Gradient", 1, gradient}};
  return kTable;
}

}  // namespace gradtable::detail
