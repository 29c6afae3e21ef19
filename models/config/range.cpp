#include "gradtable/models/config/range.hpp"

#include <cmath>

#include <fmt/format.h>

namespace gradtable::config {

bool contains(const RealRange& range, double number) {
  const bool above = range.low_open ? number > range.low : number >= range.low;
  const bool below = range.high_open ? number < range.high : number <= range.high;
  return std::isfinite(number) && above && below;
}

std::string to_string(const RealRange& range) {
  std::string text = fmt::format("a number {} {}", range.low_open ? "above" : "of at least", range.low);
  if (std::isfinite(range.high))
    text += fmt::format(" and {} {}", range.high_open ? "below" : "at most", range.high);
  return text;
}

}  // namespace gradtable::config
