#include "gradtable/models/training/detail/file_kind.hpp"

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"

namespace gradtable::detail {
namespace {

constexpr const char* kKindKey = "gradtable.kind";

}  // namespace

std::string kind_of(const TensorFile& file) {
  const auto kind = file.metadata.find(kKindKey);
  return kind == file.metadata.end() ? "" : kind->second;
}

void require_checkpoint(const TensorFile& file, const std::string& path) {
  const std::string kind = kind_of(file);
  if (kind != kCheckpointKind)
    throw CheckpointError(fmt::format("{}: {}; expected a checkpoint", path,
                                      kind.empty() ? "tensors of no stated kind" : in_quotes(kind)));
  const auto format = file.metadata.find(kFormatKey);
  const std::string found = format == file.metadata.end() ? "" : format->second;
  if (found != kFormat)
    throw CheckpointError(fmt::format(
        "{}: a checkpoint of format {}; expected format {}, which this version of gradtable reads", path,
        in_quotes(found), in_quotes(kFormat)));
}

std::map<std::string, std::string> with_kind(std::map<std::string, std::string> texts, std::string_view kind,
                                             const std::string& path) {
  for (const auto& [key, text] : texts)
    if (key.starts_with(kOwnKeys))
      throw CheckpointError(
          fmt::format("{}: the metadata key {}; expected one that does not begin with \"{}\"", path,
                      in_quotes(key), kOwnKeys));
  texts.emplace(kKindKey, kind);
  return texts;
}

}  // namespace gradtable::detail
