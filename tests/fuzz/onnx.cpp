// Any bytes as an ONNX model: an OnnxError or nodes of a graph.
#include <span>

#include "gradtable/core/error.hpp"
#include "gradtable/models/onnx/import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gradtable::Graph graph;
  try {
    gradtable::import_onnx(graph, std::as_bytes(std::span(data, size)), "input", {.largest_tensor = 1 << 20});
  } catch (const gradtable::OnnxError&) {
  }
  return 0;
}
