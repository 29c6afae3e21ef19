// Checksums of what a safetensors file holds, which stand among its metadata.
#pragma once

#include <string>

#include "gradtable/models/io/safetensors.hpp"

namespace gradtable::detail {

// What the keys of checksums begin with; the name of the tensor, or "__metadata__", follows.
inline constexpr std::string_view kChecksumKey = "gradtable.crc32:";

// The metadata of `file` and the checksums of all that is in it.
std::map<std::string, std::string> with_checksums(const TensorFile& file);

// Takes the checksums out of the metadata of a file that was read from `path`. Throws CheckpointError when
// one differs, lacks its tensor or, unless there is none at all, is missing.
void check_and_remove_checksums(TensorFile& file, const std::string& path);

}  // namespace gradtable::detail
