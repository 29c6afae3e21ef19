// Text and bytes made fit to stand in HTML.
#pragma once

#include <string>
#include <string_view>

namespace gradtable::detail {

// The text with & < > " ' as entities, bytes that are not UTF-8 as \xhh, and control characters, but for line
// feeds and tabs, as U+FFFD: safe between tags and in quoted attributes.
std::string escaped(std::string_view text);

// RFC 4648, section 4.
std::string base64(std::string_view bytes);

}  // namespace gradtable::detail
