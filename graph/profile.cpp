#include "gradtable/graph/profile.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"

namespace gradtable {
namespace {

constexpr double kMicro = 1e6;

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::string columns(const std::vector<double>& seconds) {
  std::string text;
  for (const double each : seconds) text += fmt::format(" {:>9.2f}", each * kMicro);
  return text;
}

// In billions a second, of the longest time of a thread.
double rate(double amount, const std::vector<double>& seconds) {
  const double longest = std::ranges::max(seconds);
  return longest > 0 ? amount / longest * 1e-9 : 0;
}

}  // namespace

double ProfiledStep::total_seconds() const {
  return sum(seconds);
}

std::string to_string(const ProgramProfile& profile) {
  std::vector<const ProfiledStep*> steps;
  for (const ProfiledStep& step : profile.steps) steps.push_back(&step);
  std::ranges::stable_sort(steps, std::greater(), &ProfiledStep::total_seconds);

  const double all = profile.seconds * static_cast<double>(profile.threads());
  std::string text =
      fmt::format("{:.2f} us a run on {} thread{}, the median of {}\n", profile.seconds * kMicro,
                  profile.threads(), profile.threads() == 1 ? "" : "s", profile.runs);
  std::string heads;
  for (std::size_t i = 0; i < profile.threads(); ++i)
    heads += fmt::format(" {:>9}", fmt::format("us on {}", i + 1));
  text += fmt::format("{:>6}{} {:>8} {:>8} {:>5}  {}\n", "share", heads, "GFLOP/s", "GB/s", "level", "node");
  const auto share = [&](double seconds) { return all > 0 ? 100 * seconds / all : 0; };
  for (const ProfiledStep* step : steps)
    text += fmt::format("{:>5.1f}%{} {:>8.2f} {:>8.2f} {:>5}  {}\n", share(step->total_seconds()),
                        columns(step->seconds), rate(step->flops, step->seconds),
                        rate(step->bytes, step->seconds), step->level, printable(step->label));
  return text + fmt::format("{:>5.1f}%{} {:>8} {:>8} {:>5}  {}\n", share(sum(profile.waiting)),
                            columns(profile.waiting), "", "", "", "waiting");
}

}  // namespace gradtable
