// What a file of tensors says of itself in its metadata.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "gradtable/models/io/safetensors.hpp"

namespace gradtable::detail {

// What the keys of gradtable's own metadata begin with.
inline constexpr std::string_view kOwnKeys = "gradtable.";

inline constexpr std::string_view kCheckpointKind = "checkpoint";
inline constexpr std::string_view kWeightsKind = "weights";

// The metadata of a checkpoint's format, and the format that this version writes.
inline constexpr const char* kFormatKey = "gradtable.format";
inline constexpr std::string_view kFormat = "1";

// Before the names of a checkpoint's parameters, so that what is kept may be called as a parameter is.
inline constexpr std::string_view kParameterPrefix = "parameter/";

// Empty where the file does not say it, as those of other programs.
std::string kind_of(const TensorFile& file);

// Throws CheckpointError, which begins with the path, unless it is a checkpoint of the format that this
// version writes.
void require_checkpoint(const TensorFile& file, const std::string& path);

// The texts of a caller with the kind of the file at `path`. Throws CheckpointError for a text whose key
// begins as our own do.
std::map<std::string, std::string> with_kind(std::map<std::string, std::string> texts, std::string_view kind,
                                             const std::string& path);

}  // namespace gradtable::detail
