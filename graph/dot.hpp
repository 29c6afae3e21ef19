// Drawings of a graph in the DOT language, for `dot -Tsvg`.
#pragma once

#include <iosfwd>
#include <optional>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/profile.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable {

struct DotOptions {
  // What to draw: these tensors and the updates, and all that they are made of. Both empty: the whole graph.
  std::vector<Tensor> outputs = {};
  std::vector<Update> updates = {};
  // Whether the tooltips say which line of the user's source made a node.
  bool locations = false;
  // Whether the layers of the network (drawing::layers) are boxes, each for its results, parameters and
  // constants: one in the forward pass, one for its gradients, one for its updates.
  bool layers = false;
  // Heat: a profile of a program of this graph. Results are coloured by the time of the step that computes
  // them, and say it in microseconds and as a share of all threads' time.
  std::optional<ProgramProfile> profile = {};
};

// Draws each node once, with op and attributes, name, and type; edges run from the inputs to their results.
// Nodes of more than one phase stand in clusters: forward on the left, running down; gradients, each in the
// row of the node that it belongs to; updates. A dashed edge leads from an update's value to its parameter.
// The nodes are called n0, n1, ... and the boxes of layers l0, l0_1, ... in the order of creation, counting
// only those drawn, so that the text depends on nothing else of the graph. A gradient is named by what it is,
// ∂loss/∂W1; its tooltip names the variable too, that of other nodes of gradients and updates the node that
// they were made for. Time and memory grow linearly with the graph.
//
// Throws GraphError for a tensor that is empty or of another graph, and for a profile of another. Does not
// check the stream.
void write_dot(std::ostream& out, const Graph& graph, const DotOptions& options = {});

}  // namespace gradtable
