// A network in the report of a run: one draws, and it answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "gradtable/core/graph.hpp"
#include "gradtable/models/data/normalization.hpp"
#include "gradtable/models/training/model.hpp"

namespace gradtable::report {

// What a page needs to run a network.
struct Canvas {
  std::int64_t rows = 0;  // of the image that one draws
  std::int64_t columns = 0;
  std::int64_t classes = 0;
  std::string network = {};  // its nodes and their numbers as JSON, for network.js
  std::string missing = {};  // why there is none, as a sentence
};

struct CanvasOptions {
  std::int64_t rows = 28;
  std::int64_t columns = 28;
  Normalization normalization = {};            // of the pixels from 0 to 1
  std::string loss = "softmax_cross_entropy";  // NamedLoss::probabilities are what the page shows
  std::size_t most_bytes = 2'000'000;          // of all numbers as float32
};

// The network as a function of one image, with its numbers of now: outputs, probabilities, and the derivative
// of an output by each pixel, which are nodes that this adds to the graph. The page runs these nodes. It has
// no network whose numbers take more than most_bytes, nor one with an op that has no form in JavaScript, nor
// for images of fewer than 8 or more than 256 rows or columns: `missing` then says so. Throws ConfigError for
// the name of the loss, ShapeError for another number of pixels or outputs that are not (1,classes), and what
// the model throws.
Canvas canvas(Graph& graph, const Model& model, const CanvasOptions& options = {},
              Location at = Location::current());

}  // namespace gradtable::report
