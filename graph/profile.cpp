#include "gradtable/graph/profile.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/graph/execution/timing.hpp"

namespace gradtable {
namespace {

constexpr double kMicro = 1e6, kGiga = 1e-9;
constexpr std::size_t kColumns = 80, kMostThreadColumns = 3;

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double longest(const std::vector<double>& seconds) {
  return seconds.empty() ? 0 : std::ranges::max(seconds);
}

// The times of the threads, or of many threads the mean and the longest.
std::vector<double> in_columns(const std::vector<double>& seconds) {
  if (seconds.size() <= kMostThreadColumns) return seconds;
  return {sum(seconds) / static_cast<double>(seconds.size()), longest(seconds)};
}

std::vector<std::string> heads(std::size_t threads) {
  if (threads > kMostThreadColumns) return {"us mean", "us most"};
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= threads; ++i) names.push_back(fmt::format("us on {}", i));
  return names;
}

std::string times(const std::vector<double>& seconds) {
  std::string text;
  for (const double each : in_columns(seconds)) text += fmt::format(" {:>9.2f}", each * kMicro);
  return text;
}

// Cut to so many characters.
std::string cut(std::string_view text, std::size_t most) {
  std::string result;
  for (std::size_t count = 0; !text.empty(); ++count) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text));
    if (count + 3 == most && text.size() > 3 * length) return result + "...";
    result += text.substr(0, length);
    text.remove_prefix(length);
  }
  return result;
}

class ProfileTable {
 public:
  explicit ProfileTable(const ProgramProfile& profile)
      : profile_(profile), all_(profile.seconds * static_cast<double>(profile.threads())) {
    std::string names;
    for (const std::string& name : heads(profile.threads())) names += fmt::format(" {:>9}", name);
    head_ = fmt::format("{:>6}{} {:>7} {:>7} {:>5}  ", "share", names, "GFLOP/s", "GB/s", "level");
  }

  std::string text() const {
    std::string lines = summary() + head_ + "node\n";
    for (const ProfiledStep* step : longest_first()) lines += line(*step);
    lines += fmt::format("{:>5.1f}%{} {:>7} {:>7} {:>5}  waiting\n", share(sum(profile_.waiting)),
                         times(profile_.waiting), "", "", "");
    return lines + peak();
  }

 private:
  std::string summary() const {
    double flops = 0, bytes = 0;
    for (const ProfiledStep& step : profile_.steps) {
      flops += step.flops;
      bytes += step.bytes;
    }
    return fmt::format(
        "{:.2f} us a run on {} thread{}, the median of {}\n{:.4g} MFLOP and {:.4g} MB moved a run\n",
        profile_.seconds * kMicro, profile_.threads(), profile_.threads() == 1 ? "" : "s", profile_.runs,
        flops * 1e-6, bytes * 1e-6);
  }

  std::vector<const ProfiledStep*> longest_first() const {
    std::vector<const ProfiledStep*> steps;
    for (const ProfiledStep& step : profile_.steps) steps.push_back(&step);
    std::ranges::stable_sort(steps, std::greater(), &ProfiledStep::total_seconds);
    return steps;
  }

  std::string line(const ProfiledStep& step) const {
    return fmt::format("{:>5.1f}%{} {:>7.2f} {:>7.2f} {:>5}  {}\n", share(step.total_seconds()),
                       times(step.seconds), step.flops_per_second() * kGiga, step.bytes_per_second() * kGiga,
                       step.level, cut(printable(step.label), kColumns - head_.size()));
  }

  std::string peak() const {
    if (!profile_.peak) return {};
    const MachinePeak& peak = *profile_.peak;
    const std::string before(head_.size() - 24, ' ');
    return fmt::format("{} {:>7.2f} {:>7.2f} {:>5}  peak, {}\n", before, peak.flops_per_second * kGiga,
                       peak.bytes_per_second * kGiga, "", peak.is_measured ? "measured" : "as given");
  }

  double share(double seconds) const { return all_ > 0 ? 100 * seconds / all_ : 0; }

  const ProgramProfile& profile_;
  double all_;  // of all threads
  std::string head_;
};

}  // namespace

double ProfiledStep::total_seconds() const {
  return sum(seconds);
}

double ProfiledStep::longest_seconds() const {
  return longest(seconds);
}

double ProfiledStep::flops_per_second() const {
  return longest_seconds() > 0 ? flops / longest_seconds() : 0;
}

double ProfiledStep::bytes_per_second() const {
  return longest_seconds() > 0 ? bytes / longest_seconds() : 0;
}

std::string to_string(const ProgramProfile& profile) {
  return ProfileTable(profile).text();
}

RunTimes::RunTimes() : recorded_(std::make_unique<detail::RecordedRuns>()) {}
RunTimes::RunTimes(RunTimes&&) noexcept = default;
RunTimes& RunTimes::operator=(RunTimes&&) noexcept = default;
RunTimes::~RunTimes() = default;

std::size_t RunTimes::runs() const {
  return recorded_->runs.size();
}

ProgramProfile RunTimes::profile() const {
  if (runs() == 0) throw GraphError("profile: expected at least 1 run, got 0");
  return detail::profile_of(*recorded_->executable, recorded_->runs);
}

}  // namespace gradtable
