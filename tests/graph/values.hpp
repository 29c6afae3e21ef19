// Numbers for tests of programs: parameters made of them, what programs give, and their comparison.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/ops/comparisons.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable::testing {

inline const Array kMatrix = Array::of<double>({2, 3}, {0.3, -1.2, 0.7, 1.1, 0.4, -0.6});
inline const Array kOther = Array::of<double>({3, 2}, {0.9, -0.2, 0.5, 1.3, -0.8, 0.1});

inline Tensor number(Graph& graph, const std::string& name, double value) {
  return graph.parameter(name, full({}, value, DType::float64));
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

// The values, which are to be the same with all passes and with none.
inline std::vector<Array> values_of(const std::vector<Tensor>& tensors) {
  Graph& graph = tensors.front().graph();
  std::vector<Array> values = compile(graph, {.outputs = tensors}).infer();
  const std::vector<Array> plain =
      compile(graph, {.outputs = tensors, .threads = 2, .min_threads = 2, .without = pass_names()}).infer();
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_TRUE(near(values[i], plain[i])) << i;
  return values;
}

inline Array value_of(const Tensor& tensor) {
  return values_of({tensor})[0];
}

}  // namespace gradtable::testing
