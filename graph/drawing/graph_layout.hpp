// Where the nodes of a graph stand in a drawing: in write_dot and on the page of a graph.
#pragma once

#include <span>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/core/node_map.hpp"

namespace gradtable::drawing {

// In widths and heights of a node with its gap.
struct DrawnPlace {
  double column = 0;
  int row = 0;
};

struct GraphLayout {
  NodeMap<DrawnPlace> places;  // of the nodes that were asked for
  NodeMap<int> bands;          // 0: forward; 1, 2, ...: gradients, by order; the last: updates
  std::vector<double> begin;   // of each band its first column
  double columns = 0;
  int rows = 0;
};

// The forward pass runs down on the left. A parameter stands left of the result that reads it first. A
// gradient stands in the row of the node that it is the gradient of, so gradients run up beside the forward
// pass; what else a bprop made stands in the row of the node whose bprop it was. Updates stand on the right.
// `nodes` is in the order of creation.
GraphLayout layout(const Graph& graph, std::span<const NodeId> nodes);

}  // namespace gradtable::drawing
