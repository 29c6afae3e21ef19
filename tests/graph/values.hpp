// Numbers for tests of programs: parameters made of them, and their comparison.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/graph.hpp"

namespace gradtable::testing {

inline Tensor number(Graph& graph, const std::string& name, double value) {
  return graph.parameter(name, full({}, value, DType::float64));
}

inline std::vector<double> numbers(const ConstView& view) {
  const auto values = view.as<double>();
  return {values.begin(), values.end()};
}

inline bool same_bits(const ConstView& a, const ConstView& b) {
  return a.type == b.type && (a.type.bytes() == 0 || std::memcmp(a.data, b.data, a.type.bytes()) == 0);
}

// Whether float64 numbers agree to 1e-12 of the larger of them and 1; NaN agrees with NaN.
inline ::testing::AssertionResult near(const ConstView& a, const ConstView& b) {
  const auto x = a.as<double>(), y = b.as<double>();
  if (a.shape() != b.shape()) return ::testing::AssertionFailure() << "shapes differ";
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool both_nan = std::isnan(x[i]) && std::isnan(y[i]);
    const bool close = std::abs(x[i] - y[i]) <= 1e-12 * std::max({1.0, std::abs(x[i]), std::abs(y[i])});
    if (!both_nan && !close && x[i] != y[i])
      return ::testing::AssertionFailure() << x[i] << " and " << y[i] << " at " << i;
  }
  return ::testing::AssertionSuccess();
}

}  // namespace gradtable::testing
