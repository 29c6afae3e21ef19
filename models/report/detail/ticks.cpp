#include "gradtable/models/report/detail/ticks.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace gradtable::report::detail {
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
  const double first = std::floor(std::log10(low) + 1e-10);
  const double last = std::max(std::ceil(std::log10(high) - 1e-10), first + 1);
  const double powers = std::log10(high) - std::log10(low);
  std::vector<double> ticks;
  for (double power = first; power <= last; ++power) {
    const double one = std::pow(10, power);
    ticks.push_back(one);
    if (powers <= 3) ticks.insert(ticks.end(), {2 * one, 5 * one});
  }
  ticks.erase(std::ranges::lower_bound(ticks, high * (1 - 1e-9)) + 1, ticks.end());
  ticks.erase(ticks.begin(), std::ranges::upper_bound(ticks, low * (1 + 1e-9)) - 1);

  // Over more than two powers the labels of all would stand on each other.
  const double every = std::max(std::ceil(powers / 6), 1.0);
  const auto left_out = [&](double tick) {
    const double power = std::log10(tick) - first;
    return powers > 2 && std::abs(std::remainder(power, every)) > 1e-9;
  };
  ticks.erase(std::remove_if(ticks.begin() + 1, ticks.end() - 1, left_out), ticks.end() - 1);
  return ticks;
}

std::string tick_label(double value, double step) {
  const double magnitude = std::max(std::abs(value), step);
  if (magnitude >= 1e6 || magnitude < 1e-4) return fmt::format("{:.3g}", value);
  const int digits = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  return fmt::format("{:.{}f}", value == 0 ? 0 : value, digits);
}

}  // namespace gradtable::report::detail
