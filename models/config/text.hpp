// Words for messages about keys and values.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gradtable::config {

// "run.json:3:7" for the byte at `offset`; lines and columns count from 1, columns in characters, not bytes.
std::string position(std::string_view text, std::string_view source, std::size_t offset);

// The text without a byte order mark of UTF-8. Throws ConfigError, with the position, for UTF-16, UTF-32 and
// zero bytes.
std::string_view as_utf8(std::string_view text, std::string_view source);

// Whether the key "training.optimizer.momentum" is in the group "training" or "training.optimizer". All keys
// are in the group "".
bool is_in(std::string_view key, std::string_view group);

// The number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, compared
// up to their first 100 bytes.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known key that the writer of `key` most likely meant: a key of the same group, "training.optimizer",
// before one of a group within or around it, before one of another group; there the name nearest in edit
// distance, or one that is short or long for it. `known` must not be empty.
std::string nearest_key(std::string_view key, std::span<const std::string> known);

}  // namespace gradtable::config
