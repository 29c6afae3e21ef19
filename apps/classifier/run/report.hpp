// The page of a run.
#pragma once

#include "apps/classifier/run/build.hpp"
#include "apps/classifier/run/data.hpp"
#include "apps/classifier/run/evaluation.hpp"
#include "apps/classifier/run/results.hpp"

namespace classifier {

// Writes output.report, unless its name is empty: HTML with curves, the canvas of output.report_canvas, the
// test set's confusion matrix and worst mistakes, pictures of weights, the graph of the loss with its
// gradient and the config. Adds the nodes of the canvas and of that gradient. metrics.test must be there.
// Throws gradtable::OutputError.
void write_report(const Program& program, const Config& config, const Data& data, Setup& setup,
                  gradtable::Trainer& trainer, const Metrics& metrics, const Evaluation& evaluation);

}  // namespace classifier
