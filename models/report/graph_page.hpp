// A page that shows a graph, and how build_grad made its gradients, line by line.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/gradient_events.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/graph/update.hpp"
#include "gradtable/models/data/shared_array.hpp"

namespace gradtable::report {

// The numbers of an input.
struct PageFeed {
  Tensor input;
  SharedArray value;
};

struct GraphPageOptions {
  std::string title = "A graph and its gradient";
  // What is drawn: what the events name and insert, these tensors and updates, and all that they are made of.
  // All empty: the whole graph.
  std::vector<GradientEvent> events = {};  // a call of build_grad, as its observer is told; each is a frame
  std::vector<Tensor> outputs = {};
  std::vector<Update> updates = {};
  // With the numbers of all inputs that these need, the page shows the values of one run, and for each target
  // of the events a central difference beside the gradient. An empty list is enough where there are no
  // inputs.
  std::optional<std::vector<PageFeed>> feeds = {};
  // With the program that computes the graph, the page shows what the passes of compile make of it.
  std::optional<CompileOptions> program = {};
  // Of a program of the graph. The page then has a panel: nodes coloured by time or bytes, a timeline of the
  // threads, and a table of the steps, with their rates beside the peak of the machine where the profile has
  // it.
  std::optional<ProgramProfile> profile = {};
};

// One file of HTML that needs nothing else and works from a disk: no network, styles and script inside. Each
// event is a frame: the algorithm with the line that runs, the graph with the nodes at work, a sentence with
// the shapes, and the grad_table. The address names the frame, as graph.html#f17. Without JavaScript the
// whole graph and the sentences of all frames are shown.
// The forward pass runs down on the left, each gradient stands beside the node that it belongs to, and
// updates stand on the right. Time and memory grow linearly with the graph, but for sorting and for the
// differences, which compute z twice for each target.
//
// Throws GraphError for a tensor that is empty or of another graph, for a profile of another, and for a part
// of the events of a call, and what the run throws. Does not check the stream.
void write_graph_page(std::ostream& out, Graph& graph, const GraphPageOptions& options);

}  // namespace gradtable::report
