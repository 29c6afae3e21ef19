// Whether a training that came to its end learned anything.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "apps/classifier/config/config.hpp"
#include <gradtable/models/data/dataset.hpp>
#include <gradtable/models/training/metrics_csv.hpp>

namespace classifier {

// The loss of outputs that are equal for all images and classes, as a network of zeros gives them, on images
// of equally many classes: ln(classes) for the cross-entropy.
double loss_of_equal_answers(const Config& config, std::int64_t classes);

// One sentence about a training whose numbers are finite and that learned nothing, or nothing when it did.
// The loss of its last epoch is above that of equal answers, and:
// - it is more than ten times as much, or above the first epoch's, or
// - an epoch of several had more than one and a half times as much: it diverged, and what is left is dead.
// The
//   mean of n losses is then taken for larger when it is so by one part in the square root of n.
// But a training learns when its loss falls and it is right more often, by a quarter of what is missing, than
// with the most frequent class for all images.
std::optional<std::string> fault_of(const Config& config, const gradtable::Dataset& images,
                                    std::span<const gradtable::EpochMetrics> epochs);

}  // namespace classifier
