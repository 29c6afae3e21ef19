// Numbers that are not finite, and those of an array.
#pragma once

#include <limits>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable::testing {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::vector<T> elements_of(const ConstView& view) {
  const auto elements = view.as<T>();
  return {elements.begin(), elements.end()};
}

inline std::vector<double> numbers_of(const ConstView& view) {
  return elements_of<double>(cast(view, DType::float64));
}

}  // namespace gradtable::testing
