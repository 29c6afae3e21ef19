#include "gradtable/models/onnx/import.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/io/read_file.hpp"
#include "gradtable/models/onnx/detail/importer.hpp"
#include "gradtable/models/onnx/detail/parse.hpp"

namespace gradtable {

Tensor OnnxTensors::operator[](std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  if (found == entries_.end())
    throw OnnxError(fmt::format("expected a name of the model, got '{}'", printable(name, 80)));
  return found->tensor;
}

OnnxModel import_onnx(Graph& graph, const std::string& path, const OnnxOptions& options, Location at) {
  const std::string bytes = read_file<OnnxError>(path);
  return import_onnx(graph, std::as_bytes(std::span(bytes)), printable(path), options, at);
}

OnnxModel import_onnx(Graph& graph, std::span<const std::byte> bytes, const std::string& name,
                      const OnnxOptions& options, Location at) {
  const onnx::ModelProto model = detail::parse_onnx(bytes, name);
  const Graph::Scope scope(graph, at);
  try {
    return detail::OnnxImporter(graph, model, options).run();
  } catch (const Error& error) {
    throw OnnxError(fmt::format("{}: {}", name, error.what()));
  }
}

}  // namespace gradtable
