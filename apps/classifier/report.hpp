// The page of a run.
#pragma once

#include <string>

#include "apps/classifier/data.hpp"
#include "apps/classifier/evaluation.hpp"
#include "apps/classifier/outputs.hpp"
#include "apps/classifier/setup.hpp"

namespace classifier {

// HTML: curves, the test set's confusion matrix and worst mistakes, pictures of weights, the forward graph
// and the config. metrics.test must be there.
std::string report_page(const Program& program, Config config, const Data& data, Setup& setup,
                        const Metrics& metrics, const Evaluation& evaluation);

}  // namespace classifier
