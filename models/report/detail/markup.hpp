// Text and bytes made fit to stand in HTML.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gradtable::report::detail {

// The text with & < > " ' as entities, what printable() escapes as \xhh, and control characters of ASCII, but
// for line feeds and tabs, as U+FFFD: safe between tags and in quoted attributes. What is longer is cut
// between two characters and ends in "...".
std::string escaped(std::string_view text, std::size_t most_bytes = 16384);

// RFC 4648, section 4.
std::string base64(std::string_view bytes);

}  // namespace gradtable::report::detail
