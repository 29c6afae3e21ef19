#include "gradtable/models/report/detail/ticks.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace gradtable::detail {
namespace {

constexpr double kLeastSize = 1e-300;  // below lose numbers their digits

// The smallest 1, 2 or 5 times a power of ten that is not below `least`.
double round_step(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double digit : {1.0, 2.0, 5.0})
    if (digit * power >= least * (1 - 1e-9)) return digit * power;
  return 10 * power;
}

}  // namespace

std::vector<double> linear_ticks(double low, double high, int wanted, double least_step) {
  // An axis of no length would have no step.
  const double size = std::max(std::abs(low), std::abs(high));
  if (high - low <= 1e-9 * size || size < kLeastSize) {
    const double room = std::max(size < kLeastSize ? 1.0 : size / 2, least_step);
    low -= room / 2;
    high += room / 2;
  }
  const double step = round_step(std::max((high - low) / wanted, least_step));
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  std::vector<double> ticks;
  for (double k = first; k <= last; ++k) ticks.push_back(k * step);
  return ticks;
}

std::vector<double> logarithmic_ticks(double low, double high) {
  const double first = std::floor(std::log10(low) + 1e-9);
  const double last = std::max(std::ceil(std::log10(high) - 1e-9), first + 1);
  const double every = std::ceil((last - first) / 6);
  std::vector<double> ticks;
  for (double power = first; power < last + every; power += every) {
    const double decade = std::pow(10, power);
    ticks.push_back(decade);
    if (last - first > 2 || power >= last) continue;
    ticks.push_back(2 * decade);
    ticks.push_back(5 * decade);
  }
  // Of the decades at both ends only what the numbers need.
  while (ticks.size() > 2 && ticks[1] <= low) ticks.erase(ticks.begin());
  while (ticks.size() > 2 && ticks[ticks.size() - 2] >= high) ticks.pop_back();
  return ticks;
}

std::string tick_label(double value, double step) {
  const double magnitude = std::max(std::abs(value), step);
  if (magnitude >= 1e6 || magnitude < 1e-4) return fmt::format("{:.3g}", value);
  const int digits = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  return fmt::format("{:.{}f}", value == 0 ? 0 : value, digits);
}

}  // namespace gradtable::detail
