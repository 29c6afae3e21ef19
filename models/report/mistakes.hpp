// The images that a classifier gets wrong most confidently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable::report {

struct Mistake {
  std::int64_t image = 0;  // its number in the data set
  std::int32_t label = 0;
  std::int32_t prediction = 0;        // the class of the largest probability
  std::vector<double> probabilities;  // by class
};

// Keeps, of the images added, those that are wrong and give their label the least probability; so, too, of
// outputs that are no probabilities.
class WorstMistakes {
 public:
  explicit WorstMistakes(std::size_t most = 24) : most_(most) {}

  // A batch whose first image has the number `first`: probabilities (m,classes), float32 or float64, and m
  // labels. Throws DataError when the two do not fit, or a label is not below the number of classes.
  void add(std::int64_t first, const ConstView& probabilities, std::span<const std::int32_t> labels);

  // The worst one first; of equally bad ones, in the order of their numbers.
  const std::vector<Mistake>& worst() const { return worst_; }

 private:
  void keep(Mistake mistake);

  std::size_t most_;
  std::vector<Mistake> worst_;
};

}  // namespace gradtable::report
