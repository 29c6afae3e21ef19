// Functions between layers.
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

template <Tensor (*function)(const Tensor&, Location)>
Tensors activation(OnnxNode& node) {
  return {function(node.input(0), Location::current())};
}

}  // namespace

std::span<const OnnxConverter> onnx_activations() {
  static const OnnxConverter kTable[] = {
      {"Relu", 6, activation<relu>},
      {"Sigmoid", 6, activation<sigmoid>},
      {"Tanh", 6, activation<tanh>},
  };
  return kTable;
}

}  // namespace gradtable::detail
