// Whether the metrics of an epoch can be those of a training.
#pragma once

#include <cstddef>
#include <limits>
#include <string>

#include "gradtable/models/training/fit_state.hpp"

namespace gradtable::detail {

// A bound of this size, or beyond, is none.
inline constexpr double kAny = std::numeric_limits<double>::max();

// More than thirty thousand years, and more images than a computer has steps: no training has them, and sums
// and products of such numbers stay finite.
inline constexpr double kMostSeconds = 1e12;
inline constexpr double kMostPerSecond = 1e18;

// Whether a number is finite and from `least` to `most`, and the words of it: "a number from 0 to 1".
bool is_within(double number, double least, double most);
std::string describe_range(double least, double most);

// A named loss is at least 0, but for what is lost in rounding and the epsilon of a logarithm.
double least_loss(const FitOptions& options);

// Throws CheckpointError that begins with `where` unless the value of the metric, a mean that is rounded, is
// in its range. NaN and infinities are numbers of a metric whose range has no end.
void require_in_range(const Metric& metric, double value, const std::string& where);

// Throws CheckpointError that begins with `place` unless this can be epoch `number`, from 1, of a training
// with these options and data: each metric that is measured is there and in its range, and no other.
void require_possible(const EpochMetrics& epoch, std::size_t number, const FitOptions& options,
                      const FitData& data, std::string place);

}  // namespace gradtable::detail
