// Words for messages about keys and values.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gradtable {

// The text on one line in double quotes, cut after 60 bytes.
std::string in_quotes(std::string_view text);

// The number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, compared
// up to their first 100 bytes.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known key that the writer of `key` most likely meant: the one nearest in edit distance, of the whole
// path "training.epochs" or, with one more step, of the last name only. `known` must not be empty.
std::string nearest_key(std::string_view key, std::span<const std::string> known);

}  // namespace gradtable
