// Text of the user inside a DOT file. Line breaks, other control characters and bytes that are not UTF-8 come
// out as \n and \x1f, since XML, and so SVG, has no way to say them.
#pragma once

#include <string>
#include <string_view>

namespace gradtable {

// For use in an HTML-like label: <b>...</b>.
std::string dot_html(std::string_view text);

// For use in an attribute in quotes, which are not part of the result: tooltip="...".
std::string dot_quoted(std::string_view text);

}  // namespace gradtable
