#include "gradtable/models/onnx/import.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/io/names_near.hpp"
#include "gradtable/models/onnx/detail/importer.hpp"
#include "gradtable/models/onnx/detail/parse.hpp"

namespace gradtable {
namespace {

std::vector<std::byte> read_file(const std::string& path, const std::string& name) {
  const auto refuse = [&] {
    const int error = errno;
    throw OnnxError(fmt::format("{}: {}; expected a readable file{}", name, std::strerror(error),
                                error == ENOENT ? names_near(path) : ""));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) refuse();
  constexpr std::size_t kStep = 1 << 16;
  std::vector<std::byte> bytes;
  std::size_t done = 0;
  do {
    bytes.resize(done + std::max(done, kStep));
    errno = 0;
    done += std::fread(bytes.data() + done, 1, bytes.size() - done, file.get());
    // Opening a directory succeeds: it is the first read that fails.
    if (std::ferror(file.get())) refuse();
  } while (done == bytes.size());
  bytes.resize(done);
  return bytes;
}

}  // namespace

Tensor OnnxTensors::operator[](std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  if (found == entries_.end())
    throw OnnxError(fmt::format("expected a name of the model, got '{}'", printable(name, 80)));
  return found->tensor;
}

OnnxModel import_onnx(Graph& graph, const std::string& path, const OnnxOptions& options, Location at) {
  const std::string name = printable(path);
  return import_onnx(graph, read_file(path, name), name, options, at);
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
