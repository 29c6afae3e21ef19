// Dropout of the hidden units of a network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

class UnitDropout {
 public:
  // Throws ConfigError, which begins with `network`, for a rate that is not from 0 to below 1.
  UnitDropout(std::string_view network, double rate, std::uint64_t seed);

  // Of the units h of this layer in this step, an int32 scalar; h itself when `step` is empty or the rate 0.
  // Each layer draws masks of its own.
  Tensor operator()(const Tensor& h, const Tensor& step, std::size_t layer,
                    Location at = Location::current()) const;

 private:
  double rate_;
  std::uint64_t seed_;
};

}  // namespace gradtable::detail
