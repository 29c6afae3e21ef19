// Text and bytes made fit to stand in HTML.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace gradtable::report::detail {

// The text with & < > " ' as entities, what printable() escapes as \xhh, and control characters of ASCII, but
// for line feeds and tabs, as U+FFFD: safe between tags and in quoted attributes. What is longer is cut
// between two characters and ends in "...".
std::string escaped(std::string_view text, std::size_t most_bytes = 16384);

// JSON as the content of a <script>: no text in it can end the element.
std::string in_script(std::string_view json);

// The markup with {{name}} replaced by the part of that name, which must be there.
std::string filled(std::string_view markup, const std::map<std::string_view, std::string>& parts);

// RFC 4648, section 4.
std::string base64(std::string_view bytes);

}  // namespace gradtable::report::detail
