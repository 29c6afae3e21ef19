// How long an op takes on one thread: the roofline model, of arithmetic at the peak rate of a core or of
// memory at the bandwidth of a core, whichever takes longer, and the cost of a call. Rough: it chooses the
// number of threads. docs/performance.md has the measurements.
#pragma once

#include <algorithm>
#include <span>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

constexpr double kFlopsPerSecond = 100e9;  // float32; half as many in float64
constexpr double kBytesPerSecond = 20e9;   // partly from the caches
constexpr double kSecondsPerCall = 50e-9;
constexpr double kSecondsPerBarrier = 1e-6;
constexpr double kSecondsPerStart = 3e-6;  // of the team, once for a run

inline double seconds_of(const Op& op, std::span<const TensorType> inputs, const TensorType& output) {
  double bytes = static_cast<double>(output.bytes());
  for (const TensorType& input : inputs) bytes += static_cast<double>(input.bytes());
  const double rate = output.dtype == DType::float64 ? kFlopsPerSecond / 2 : kFlopsPerSecond;
  return kSecondsPerCall + std::max(op.flops(inputs, output) / rate, bytes / kBytesPerSecond);
}

}  // namespace gradtable::detail
