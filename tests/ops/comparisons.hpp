// Arrays compared, with a message that says where they differ.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "gradtable/core/array.hpp"

namespace gradtable::testing {

inline ::testing::AssertionResult same_bits(const ConstView& a, const ConstView& b) {
  if (a.type != b.type)
    return ::testing::AssertionFailure() << to_string(a.type) << " against " << to_string(b.type);
  const Array left = cast(a, DType::float64), right = cast(b, DType::float64);
  const std::size_t size = size_of(a.dtype());
  for (std::size_t i = 0; i < left.as<double>().size(); ++i) {
    const auto* first = static_cast<const char*>(a.data) + i * size;
    const auto* second = static_cast<const char*>(b.data) + i * size;
    if (std::memcmp(first, second, size) != 0)
      return ::testing::AssertionFailure() << "element " << i << " of " << to_string(a.type) << ": "
                                           << left.as<double>()[i] << " against " << right.as<double>()[i];
  }
  return ::testing::AssertionSuccess();
}

// |a - b| <= tolerance * max(1, |b|) for all elements; the types may differ, the shapes may not.
inline ::testing::AssertionResult close_to(const ConstView& a, const ConstView& b, double tolerance) {
  if (a.shape() != b.shape())
    return ::testing::AssertionFailure() << to_string(a.shape()) << " against " << to_string(b.shape());
  const Array left = cast(a, DType::float64), right = cast(b, DType::float64);
  for (std::size_t i = 0; i < left.as<double>().size(); ++i) {
    const double x = left.as<double>()[i], y = right.as<double>()[i];
    if (!(std::abs(x - y) <= tolerance * std::max(1.0, std::abs(y))))
      return ::testing::AssertionFailure() << "element " << i << " of " << to_string(a.type) << ": " << x
                                           << " against " << y << ", which differ by " << x - y;
  }
  return ::testing::AssertionSuccess();
}

}  // namespace gradtable::testing
