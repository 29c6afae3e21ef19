// A file, pipe or device read whole into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "gradtable/core/text.hpp"

namespace gradtable {

namespace detail {
// What was read. Where that failed, `fault` is "what was found; expected ...".
struct FileContent {
  std::string bytes;
  std::string fault;
};

FileContent read_file(const std::filesystem::path& path, std::size_t most_bytes);
}  // namespace detail

// Its bytes. Throws a Failure, an exception of core/error.hpp: "PATH: ...; expected a readable file", with
// the nearest names where there is no such file, or "expected a smaller file" beyond `most_bytes`.
template <class Failure>
std::string read_file(const std::filesystem::path& path, std::size_t most_bytes = SIZE_MAX) {
  detail::FileContent content = detail::read_file(path, most_bytes);
  if (!content.fault.empty()) throw Failure(printable(path.native()) + ": " + content.fault);
  return std::move(content.bytes);
}

// Its bytes; nothing when it cannot be read.
std::optional<std::string> content_of(const std::filesystem::path& path);

}  // namespace gradtable
