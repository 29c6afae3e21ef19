// Losses of classes.
#include "gradtable/ops/losses.hpp"

#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

LossReduction reduction_of(OnnxNode& node) {
  const std::string name = node.text("reduction", "mean");
  if (name == "mean") return LossReduction::mean;
  if (name == "sum") return LossReduction::sum;
  if (name != "none")
    node.refuse(fmt::format("expected the reduction mean, sum or none, got {}", printable(name, 80)));
  return LossReduction::none;
}

LossOptions options_of(OnnxNode& node) {
  LossOptions options{.reduction = reduction_of(node)};
  if (node.has_input(2)) options.weights = node.input(2);
  if (!node.has("ignore_index")) return options;
  using Limits = std::numeric_limits<std::int32_t>;
  const std::int64_t index = node.integer("ignore_index");
  if (index < Limits::min() || index > Limits::max())
    node.refuse(fmt::format("expected an ignore_index within int32, got {}", index));
  options.ignore_index = static_cast<std::int32_t>(index);
  return options;
}

Tensors negative_log_likelihood(OnnxNode& node) {
  return {nll(node.input(0), node.input(1), options_of(node))};
}

Tensors cross_entropy_of_scores(OnnxNode& node) {
  const Tensor scores = node.input(0), labels = node.input(1);
  const LossOptions options = options_of(node);
  if (!node.has_output(1)) return {softmax_cross_entropy(scores, labels, options)};
  const Tensor log_probabilities = log_softmax(scores, 1);
  return {nll(log_probabilities, labels, options), log_probabilities};
}

}  // namespace

std::span<const OnnxConverter> onnx_losses() {
  static const OnnxConverter kTable[] = {{"NegativeLogLikelihoodLoss", 12, negative_log_likelihood},
                                         {"SoftmaxCrossEntropyLoss", 12, cross_entropy_of_scores}};
  return kTable;
}

}  // namespace gradtable::detail
