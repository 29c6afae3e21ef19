// y = (x - mean) / deviation for the inputs x of each channel: pixels, as numbers from 0 to 1, or a column of
// a table.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/models/data/dataset.hpp"

namespace gradtable {

// As of torchvision.transforms.Normalize(mean, deviation).
struct Normalization {
  std::vector<double> mean = {};  // of each channel; empty: inputs stay as they are
  std::vector<double> deviation = {};

  explicit operator bool() const { return !mean.empty(); }
  bool operator==(const Normalization&) const = default;
};

// Throws ConfigError unless there are as many means as deviations, all finite and the deviations above 0.
void require_valid(const Normalization& normalization);

// Whether a floating-point type has these numbers, and y of the pixels 0 and 1: not a deviation of 1e-40, or
// a mean of 1e39, in float32.
bool holds(DType dtype, const Normalization& normalization);

// The same as require_valid, and ConfigError for numbers that the type does not hold.
void require_valid(const Normalization& normalization, DType dtype);

// Mean and standard deviation (that divides by the number) of each channel of a data set: one of pictures,
// `features` of a table, whose columns then are standardized one by one. A channel whose numbers are all the
// same has the deviation 1. Throws DataError when that is so of all channels, and ConfigError unless the
// channels divide the numbers of an example.
Normalization measured(const Dataset& dataset, std::int64_t channels = 1);

// The nodes of y for images (m,features) of float32 or float64, whose channels lie one after the other; the
// images themselves where there is nothing to do. Throws ConfigError as require_valid does, and ShapeError
// when features are no multiple of the channels.
Tensor normalized(const Tensor& images, const Normalization& normalization,
                  Location at = Location::current());

// "none", or {"mean":[0.1307],"deviation":[0.3081]}: as files of weights keep it, under kNormalizationKey.
inline constexpr std::string_view kNormalizationKey = "normalize";
std::string to_text(const Normalization& normalization);
// What to_text wrote; nothing when the text is something else.
std::optional<Normalization> normalization_of(std::string_view text);

// What the metadata of weights or of a checkpoint say; none for a file of gradtable's that says nothing, as
// it is older than the key; nothing for one of another program. Throws CheckpointError for a text that is no
// normalization.
std::optional<Normalization> stated_normalization(const std::map<std::string, std::string>& metadata,
                                                  const std::string& path);

// Throws CheckpointError, with both, unless weights that state a normalization state this one.
void require_same_normalization(const std::map<std::string, std::string>& metadata, const std::string& path,
                                const Normalization& normalization);

// "not normalized", or "normalized with mean 0.1307 and deviation 0.3081".
std::string describe(const Normalization& normalization);

}  // namespace gradtable
