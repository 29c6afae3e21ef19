#include "gradtable/models/onnx/detail/converters.hpp"

#include <algorithm>
#include <map>

namespace gradtable::detail {
namespace {

using Table = std::map<std::string_view, OnnxConverter>;

Table table_of(std::initializer_list<std::span<const OnnxConverter>> families) {
  Table table;
  for (const auto& family : families)
    for (const OnnxConverter& converter : family) table.emplace(converter.op, converter);
  return table;
}

}  // namespace

const OnnxConverter* find_converter(std::string_view domain, std::string_view op) {
  static const std::map<std::string_view, Table> domains = {
      {"", table_of({onnx_activations(), onnx_comparisons(), onnx_constants(), onnx_convolution(),
                     onnx_elementwise(), onnx_indexing(), onnx_losses(), onnx_normalization(), onnx_pooling(),
                     onnx_products(), onnx_reductions(), onnx_shapes()})},
      {kOnnxTraining, table_of({onnx_training()})}};
  const auto table = domains.find(domain);
  if (table == domains.end()) return nullptr;
  const auto found = table->second.find(op);
  return found == table->second.end() ? nullptr : &found->second;
}

}  // namespace gradtable::detail
