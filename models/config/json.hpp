// Strict JSON (RFC 8259): what a lenient reader lets through silently is an error here.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "gradtable/core/error.hpp"

namespace gradtable::config {

inline constexpr std::size_t kMaxJsonDepth = 64;
// A config that is longer than this is a mistake: the longest one that makes sense has a few kilobytes.
inline constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;

// JSON has no comma after the last element.
struct TrailingComma : ConfigError {
  using ConfigError::ConfigError;
};

// The value in `text`; `source` names it in messages: "run.json:3:7: ..." for syntax, with line and column
// from 1, "run.json at /training/epochs: ..." for the rest. A byte order mark of UTF-8 is skipped. Throws
// ConfigError when the text is empty or not JSON (comments, NaN, trailing text and commas), is not UTF-8, has
// a number beyond double, a key twice in one object, or nesting above kMaxJsonDepth.
nlohmann::json parse_json(std::string_view text, std::string_view source);

// The value in a file. Throws ConfigError as parse_json does, and where the file cannot be read or is longer
// than kMaxConfigBytes.
nlohmann::json read_json(const std::filesystem::path& path);

// A value as messages show what was found: `3`, `true`, `"adam"`, `an empty list`, `an object`.
std::string describe(const nlohmann::json& value);

}  // namespace gradtable::config
