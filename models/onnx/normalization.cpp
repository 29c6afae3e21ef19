// Batch and layer normalization, dropout.
#include "gradtable/ops/normalization.hpp"

#include <fmt/format.h>

#include "gradtable/core/random_streams.hpp"
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/dropout.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

// Before opset 14 training mode was to ask for more outputs than one.
Tensors batch_normalization(OnnxNode& node) {
  const Tensor x = node.input(0), scale = node.input(1), bias = node.input(2);
  const Tensor mean = node.input(3), variance = node.input(4);
  const double epsilon = node.real("epsilon", 1e-5F), momentum = node.real("momentum", 0.9F);
  if (node.integer("training_mode", 0) == 0)
    return {batch_norm_inference(x, scale, bias, mean, variance, epsilon)};
  const BatchNormResult made =
      batch_norm(x, scale, bias, mean, variance, {.momentum = momentum, .epsilon = epsilon});
  return {made.output, made.running_mean, made.running_variance};
}

Tensors layer_normalization(OnnxNode& node) {
  const Tensor x = node.input(0), scale = node.input(1);
  const Tensor bias = node.has_input(2) ? node.input(2) : node.graph().literal(0, x.dtype());
  node.ignore("stash_type");  // the element type of the computation: x's own here
  const LayerNormResult made =
      layer_norm(x, scale, bias, node.integer("axis", -1), node.real("epsilon", 1e-5F));
  return {made.output, made.mean, made.inverse_deviation};
}

Tensors kept(OnnxNode& node, const Tensor& x) {
  const Tensor one = node.graph().literal(1, node.opset() < 10 ? x.dtype() : DType::uint8);
  return {x, broadcast_to(one, x.shape())};
}

// Before opset 12 it did nothing: models were for inference.
Tensors dropped_out(OnnxNode& node) {
  const Tensor x = node.input(0);
  node.ignore("ratio");
  node.ignore("seed");
  if (node.has_input(1)) node.ignore_input(1);
  const std::vector<std::int64_t> training = node.input_integers(2, std::vector<std::int64_t>{0});
  if (training.size() != 1)
    node.refuse(fmt::format("expected one truth value as input 2, got {}", training.size()));
  if (training.front() == 0) return kept(node, x);
  const double rate = node.input_real(1, 0.5);
  if (rate == 0) return kept(node, x);
  const Tensor step = node.options().step;
  if (step.empty()) node.refuse("expected OnnxOptions::step for a dropout in training mode, got none");
  const auto seed = static_cast<std::uint64_t>(node.integer("seed", 0));
  const auto drop = [&](const Tensor& numbers) {
    return dropout(numbers, rate, seed, step, static_cast<std::uint32_t>(node.index()) % kLayerMasks);
  };
  return {drop(x), not_equal(drop(full_like(x, 1)), 0.0)};
}

}  // namespace

std::span<const OnnxConverter> onnx_normalization() {
  static const OnnxConverter kTable[] = {{"BatchNormalization", 9, batch_normalization},
                                         {"Dropout", 7, dropped_out},
                                         {"LayerNormalization", 17, layer_normalization}};
  return kTable;
}

}  // namespace gradtable::detail
