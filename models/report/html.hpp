// The report of a run, as an HTML page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradtable/models/report/canvas.hpp"
#include "gradtable/models/report/mistakes.hpp"
#include "gradtable/models/report/picture.hpp"
#include "gradtable/models/training/confusion.hpp"
#include "gradtable/models/training/metrics_csv.hpp"

namespace gradtable::report {

// What is empty is left out of the page.
struct Report {
  struct Fact {
    std::string name;
    std::string value;
  };
  struct WrongImage {
    Mistake mistake;
    Picture image;  // its bytes may be left out where its size is not shown
  };
  struct Weights {
    std::string name;  // of the parameter, as "W1"
    WeightPictures pictures;
  };

  std::string title = {};
  std::string subtitle = {};
  std::vector<Fact> facts = {};  // in large letters at the top: test accuracy, parameters, minutes
  std::vector<EpochMetrics> epochs = {};
  std::optional<std::int64_t> kept_epoch = {};  // whose parameters the run kept, marked in the curves
  std::optional<Canvas> canvas = {};            // where one draws, and the network answers
  std::optional<ConfusionMatrix> confusion = {};
  std::vector<std::string> class_names = {};  // of the first classes; the others are called by their numbers
  std::vector<WrongImage> mistakes = {};
  bool has_probabilities = true;  // whether those of the mistakes are such, or plain outputs
  std::vector<Weights> weights = {};
  std::string graph_svg = {};      // of the loss: an <svg> element, as graph_svg() makes it, taken as it is
  bool graph_has_gradient = true;  // whether the drawing shows it, too
  std::string config = {};         // the resolved one, as text
};

// One file of HTML that needs nothing else: images are inside, and only the canvas has a script. It follows
// the reader's choice of a light or dark screen, and is readable on a phone. In place of pictures that are
// too large to be shown, it says so. Throws DataError for another number of bytes than a picture's size asks
// for.
std::string html(const Report& report);

}  // namespace gradtable::report
