// Small text files, read whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace gradtable::config {

// A config that is longer than this is a mistake: the longest one that makes sense has a few kilobytes.
inline constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;

// The bytes of a file. Throws ConfigError with the path and the system's reason when it cannot be read, and,
// before reading, when it has more than `max_bytes`.
std::string read_text(const std::filesystem::path& path, std::size_t max_bytes = kMaxConfigBytes);

}  // namespace gradtable::config
