// Whether a training that came to its end learned anything.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "apps/classifier/config.hpp"
#include <gradtable/models/data/dataset.hpp>
#include <gradtable/models/report/metrics_csv.hpp>

namespace classifier {

// The loss of outputs that are equal for all images and classes, as a network of zeros gives them, on images
// of equally many classes: ln(classes) for the cross-entropy.
double loss_of_equal_answers(const Config& config, std::int64_t classes);

// One sentence about a training whose numbers are finite and that learned nothing, or nothing when it did:
// the loss of its last epoch is more than ten times that of equal answers, or is above that and above the one
// of the first epoch.
std::optional<std::string> fault_of(const Config& config, const gradtable::Dataset& images,
                                    std::span<const gradtable::EpochMetrics> epochs);

}  // namespace classifier
