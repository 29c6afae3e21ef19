// Numbers that are not finite, and the numbers of an array.
#pragma once

#include <limits>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable::testing {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

inline std::vector<double> numbers_of(const ConstView& view) {
  const Array values = cast(view, DType::float64);
  return {values.as<double>().begin(), values.as<double>().end()};
}

}  // namespace gradtable::testing
