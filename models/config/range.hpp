// The range of a setting, written once: the check of a number, its reading from a config, and the words about
// it all use it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace gradtable::config {

// Both ends belong to the range.
template <class T>
struct Range {
  T low;
  T high;
};

struct RealRange {
  double low;
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;  // whether `low` itself is refused
  bool high_open = false;
};

// NaN and, where `high` is infinite, infinity are in no range.
bool contains(const RealRange& range, double number);

// "a number above 0 and at most 1000"
std::string to_string(const RealRange& range);

inline constexpr Range<std::int64_t> kFromZero{0, 1'000'000'000};
inline constexpr Range<std::int64_t> kFromOne{1, 1'000'000'000};

// From 0 to below 1.
inline constexpr RealRange kFraction{.low = 0, .high = 1, .high_open = true};

}  // namespace gradtable::config
