// The layers of a network, for drawings and pages.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/core/node_map.hpp"

namespace gradtable::drawing {

struct Layers {
  NodeMap<int> of;                 // of the nodes that were asked for; -1: none
  std::vector<std::string> names;  // "a1, h1"; "encoder"; "C1"; "%4 … %90" where nothing has a name
};

// A layer is a named result with what leads to it. Results whose names agree in their scope (what stands
// before the last '/' or '.') or in the number at their end are one layer. A leaf belongs to its first
// consumer, a gradient to the variable that it belongs to. Layers of more than 40 results are cut; of more
// than 60 layers, neighbours are joined.
// `nodes` is in the order of creation.
Layers layers(const Graph& graph, std::span<const NodeId> nodes);

}  // namespace gradtable::drawing
