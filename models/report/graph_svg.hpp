// Drawings of graphs, made by Graphviz when it is there.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gradtable::report {

// Where edges lead: as the text says, or to the right, where the drawing of a long graph begins at its
// inputs.
enum class GraphDirection : bool { as_written, right };

// What `dot -Tsvg` makes of a text in the DOT language, as an <svg> element that can stand in a page of HTML:
// without what comes before it in a file. Nothing when there is no such program on the PATH, when it fails,
// or when it takes longer than the limit; it is then ended.
std::optional<std::string> graph_svg(std::string_view dot,
                                     GraphDirection direction = GraphDirection::as_written,
                                     std::chrono::milliseconds limit = std::chrono::seconds(10));

}  // namespace gradtable::report
