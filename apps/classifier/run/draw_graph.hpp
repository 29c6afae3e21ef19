// The graph of a training step, without training.
#pragma once

#include "apps/classifier/command_line.hpp"

namespace classifier {

// Writes options.part of the graph on standard output, in Graphviz' DOT language: for `all` what training
// writes to output.dot. With options.page, writes it as HTML to that file: what training writes to
// output.graph_page. The page shows the values of the first batch where the images can be read; a drawing
// needs no data beyond their sizes (blank_training_images). Throws as training does for a config or data that
// it could not begin with.
void draw_graph(const Options& options, Config config);

}  // namespace classifier
