// Use of a network that was trained.
#pragma once

#include "apps/classifier/command_line.hpp"

namespace classifier {

// Both read the weights of options.init and throw what gradtable::run_program turns into exit codes.

// Tests the network on the test set, and writes the prediction log and the results.
void evaluate_weights(const Options& options, const Config& config);

// Writes a line for each image of options.images, or else of the test set, on standard output: its number,
// the predicted class and that class's probability, or output where the loss gives no probabilities,
// separated by commas, after a line of names. options.images are IDX or, as one image, a picture of a digit;
// what was done to that is said on standard error.
void predict(const Options& options, const Config& config);

}  // namespace classifier
