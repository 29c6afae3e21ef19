// Text of the user inside a DOT file, drawn as it is: Graphviz finds no escapes such as \N in it. What
// printable() escapes comes out as \n or \x1f, since XML, and so SVG, has no way to say most of that. A text
// longer than Graphviz reads, about 16 KiB, is cut and ends in "..."; a label is broken into lines of 1000
// characters, since Graphviz refuses what is very wide.
#pragma once

#include <string>
#include <string_view>

namespace gradtable {

// For use in an HTML-like label: <b>...</b>.
std::string dot_html(std::string_view text);

// For use in a tooltip, in quotes that are not part of the result: tooltip="...".
std::string dot_tooltip(std::string_view text);

}  // namespace gradtable
