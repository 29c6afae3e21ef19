// A graph as an <svg> element, drawn without other programs.
#pragma once

#include <span>
#include <string>

#include "gradtable/graph/drawing/graph_layout.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable::report::detail {

// Each node is a link with the id n12, each edge a path with the members data-from and data-to; their classes
// say what they are. The style sheet of the page gives them colours.
std::string graph_drawing(const Graph& graph, std::span<const NodeId> nodes, std::span<const Update> updates,
                          const drawing::GraphLayout& layout);

}  // namespace gradtable::report::detail
