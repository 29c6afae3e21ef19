#include "gradtable/models/training/checkpoint.hpp"

#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/io/atomic_file.hpp"
#include "gradtable/models/io/read_file.hpp"
#include "gradtable/models/optimizers/state.hpp"
#include "gradtable/models/training/detail/file_kind.hpp"

namespace gradtable {
namespace {

constexpr std::string_view kKept = "kept/";

// What a text means; one that is not JSON is a name.
nlohmann::json meaning(const std::string& text) {
  nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
  return value.is_discarded() ? nlohmann::json(text) : value;
}

bool same(const std::string& a, const std::string& b) {
  return a == b || meaning(a) == meaning(b);
}

// JSON as it is, as it may have quotes of its own.
std::string shown(const std::string& text) {
  return nlohmann::json::accept(text) ? printable(text) : in_quotes(text);
}

}  // namespace

void write_checkpoint(const std::string& path, const Graph& graph, NamedArrays kept, NamedTexts texts) {
  TensorFile file{{}, detail::with_kind(std::move(texts), detail::kCheckpointKind, path)};
  file.metadata.emplace(detail::kFormatKey, detail::kFormat);
  for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id)
    if (const Node& node = graph.node(id); node.kind == NodeKind::parameter)
      file.tensors.emplace(fmt::format("{}{}", detail::kParameterPrefix, node.name), *node.value);
  for (auto& [name, array] : kept) file.tensors.emplace(fmt::format("{}{}", kKept, name), std::move(array));
  write_safetensors(path, file);
}

Checkpoint read_checkpoint(const std::string& path) {
  return to_checkpoint(read_safetensors(path), path);
}

Checkpoint to_checkpoint(TensorFile file, const std::string& path) {
  detail::require_checkpoint(file, path);
  for (const auto& [name, other] : file.others)
    throw CheckpointError(fmt::format("{}: tensor {} is {} {}; expected a type of arrays", path,
                                      in_quotes(name), other.dtype, to_string(other.shape)));
  Checkpoint checkpoint{path, {}, {}, {}};
  for (auto& [name, array] : file.tensors) {
    if (name.starts_with(detail::kParameterPrefix))
      checkpoint.parameters.emplace(name.substr(detail::kParameterPrefix.size()), std::move(array));
    else if (name.starts_with(kKept))
      checkpoint.kept.emplace(name.substr(kKept.size()), std::move(array));
    else
      throw CheckpointError(fmt::format("{}: a tensor called {}; expected \"{}\" or \"{}\" before its name",
                                        path, in_quotes(name), detail::kParameterPrefix, kKept));
  }
  std::erase_if(file.metadata, [](const auto& text) { return text.first.starts_with(detail::kOwnKeys); });
  checkpoint.texts = std::move(file.metadata);
  return checkpoint;
}

std::string previous_checkpoint(const std::string& checkpoint) {
  const std::filesystem::path file = checkpoint;
  return file.parent_path() / fmt::format("{}.previous{}", file.stem().string(), file.extension().string());
}

bool keep_previous_checkpoint(const std::string& checkpoint) {
  std::error_code error;
  if (!std::filesystem::exists(checkpoint, error)) return false;
  const std::optional<std::string> content = content_of(checkpoint);
  if (!content)
    throw OutputError(fmt::format("{}: cannot be read; expected a checkpoint to keep", checkpoint));
  write_file_atomically(previous_checkpoint(checkpoint), *content);
  return true;
}

std::vector<std::string> restore(Graph& graph, const Checkpoint& checkpoint, NotFinite not_finite) {
  require_possible_state(checkpoint.parameters, checkpoint.path);
  return set_values(graph, parameters_of(graph), checkpoint.parameters, checkpoint.path, not_finite);
}

void require_same(const std::string& path, const NamedTexts& found, const NamedTexts& expected,
                  const NamedTexts& defaults) {
  NamedTexts all = found;
  for (const auto& [field, value] : defaults)
    if (expected.contains(field)) all.emplace(field, value);
  std::vector<std::string> differences;
  for (const auto& [field, value] : expected) {
    const auto at = all.find(field);
    if (at == all.end())
      differences.push_back(fmt::format("no {}, expected {}", field, shown(value)));
    else if (!same(at->second, value))
      differences.push_back(fmt::format("{} is {}, expected {}", field, shown(at->second), shown(value)));
  }
  for (const auto& [field, value] : found)
    if (!expected.contains(field))
      differences.push_back(fmt::format("{} is {}, expected no such field", printable(field), shown(value)));
  if (!differences.empty()) throw CheckpointError(fmt::format("{}: {}", path, fmt::join(differences, "; ")));
}

}  // namespace gradtable
