// The ops that can be imported, by name; each family has its file.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "gradtable/models/onnx/detail/node.hpp"

namespace gradtable::detail {

struct OnnxConverter {
  std::string_view op;
  // The first opset in which the op means what the converter makes of it.
  std::int64_t since;
  // The outputs in order; those after the last one that the model asks for may be left out. An empty tensor
  // is one that OnnxNode::define_output defined.
  std::vector<Tensor> (*convert)(OnnxNode& node);
};

inline constexpr std::string_view kOnnxTraining = "ai.onnx.preview.training";

// The converter of an op of a domain ("" is ONNX's own), or null.
const OnnxConverter* find_converter(std::string_view domain, std::string_view op);

// Families.
std::span<const OnnxConverter> onnx_activations();
std::span<const OnnxConverter> onnx_comparisons();
std::span<const OnnxConverter> onnx_constants();
std::span<const OnnxConverter> onnx_convolution();
std::span<const OnnxConverter> onnx_elementwise();
std::span<const OnnxConverter> onnx_indexing();
std::span<const OnnxConverter> onnx_losses();
std::span<const OnnxConverter> onnx_normalization();
std::span<const OnnxConverter> onnx_pooling();
std::span<const OnnxConverter> onnx_products();
std::span<const OnnxConverter> onnx_reductions();
std::span<const OnnxConverter> onnx_shapes();
// Of kOnnxTraining.
std::span<const OnnxConverter> onnx_training();

}  // namespace gradtable::detail
