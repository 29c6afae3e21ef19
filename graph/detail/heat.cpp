#include "gradtable/graph/detail/heat.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace gradtable::detail {
namespace {

constexpr std::array<int, 3> kCold = {255, 250, 243}, kHot = {242, 128, 92};  // dark text can be read on both

}  // namespace

Heat::Heat(const ProgramProfile& profile, std::size_t nodes) : profile_(profile), seconds_(nodes) {
  for (const ProfiledStep& step : profile.steps) {
    if (!seconds_.covers(step.node)) continue;
    seconds_[step.node] += step.total_seconds();
    longest_ = std::max(longest_, seconds_[step.node]);
  }
}

double Heat::share(double seconds) const {
  const double all = profile_.seconds * static_cast<double>(profile_.threads());
  return all > 0 ? 100 * seconds / all : 0;
}

double Heat::seconds(std::span<const NodeId> nodes) const {
  double sum = 0;
  for (const NodeId id : nodes) sum += seconds_[id];
  return sum;
}

std::string Heat::colour(std::span<const NodeId> nodes) const {
  if (seconds(nodes) <= 0) return "#ffffff";
  const double heat = std::min(1.0, seconds(nodes) / longest_);
  std::string text = "#";
  for (std::size_t i = 0; i < kCold.size(); ++i)
    text += fmt::format("{:02x}", std::lround(kCold[i] + (kHot[i] - kCold[i]) * heat));
  return text;
}

std::string Heat::text(std::span<const NodeId> nodes) const {
  if (seconds(nodes) <= 0) return {};
  return fmt::format("{:.2f} us, {:.1f} %", seconds(nodes) * 1e6, share(seconds(nodes)));
}

std::string Heat::summary(std::span<const NodeId> drawn) const {
  const double steps =
      std::accumulate(profile_.steps.begin(), profile_.steps.end(), 0.0,
                      [](double sum, const auto& step) { return sum + step.total_seconds(); });
  const double waits = std::accumulate(profile_.waiting.begin(), profile_.waiting.end(), 0.0);
  return fmt::format(
      "{:.2f} us a run on {} thread{}, the median of {}\n"
      "on a node: the time of the step that computes it, in all threads together\n"
      "without a number: computed within the step of another node\n"
      "waiting {:.1f} %, steps of nodes that are not drawn {:.1f} %\n",
      profile_.seconds * 1e6, profile_.threads(), profile_.threads() == 1 ? "" : "s", profile_.runs,
      share(waits), share(std::max(0.0, steps - seconds(drawn))));
}

}  // namespace gradtable::detail
