#include "gradtable/graph/execution/timing.hpp"

#include <algorithm>
#include <utility>

namespace gradtable::detail {
namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// By step, then by thread; the waits of each thread stand behind the last step.
using Times = std::vector<std::vector<double>>;

Times times_of(const Executable& executable, const std::vector<ProfiledSpan>& spans) {
  const std::size_t steps = executable.steps.size();
  Times times(steps + 1, std::vector<double>(executable.threads.size()));
  for (const ProfiledSpan& span : spans)
    times[std::min(span.step, steps)][span.thread] += span.end - span.begin;
  return times;
}

Times medians(const std::vector<Times>& runs) {
  Times result = runs.front();
  for (std::size_t step = 0; step < result.size(); ++step)
    for (std::size_t thread = 0; thread < result[step].size(); ++thread) {
      std::vector<double> values;
      for (const Times& run : runs) values.push_back(run[step][thread]);
      result[step][thread] = median(std::move(values));
    }
  return result;
}

double bytes_moved(const Executable& executable, const ExecutableStep& step) {
  std::size_t bytes = step.output.type.bytes();
  for (const PlacedArray& input : executable.inputs_of(step)) bytes += input.type.bytes();
  return static_cast<double>(bytes);
}

}  // namespace

Timing::Timing(const Executable& executable) : threads_(executable.threads.size()) {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const ThreadCalls& of_thread = executable.threads[i];
    threads_[i].instants_.reserve(of_thread.calls.size() + of_thread.ends.size() + 1);
  }
}

void Timing::begin() {
  for (Thread& thread : threads_) thread.instants_.clear();
  begin_ = Clock::now();
}

std::vector<ProfiledSpan> Timing::spans() const {
  std::vector<ProfiledSpan> spans;
  for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
    double last = 0;
    const auto add = [&](std::size_t step, double now) {
      spans.push_back({step, thread, last, now});
      last = now;
    };
    for (const auto& [step, time] : threads_[thread].instants_) add(step, between(begin_, time));
    add(ProfiledSpan::kWaiting, seconds());
  }
  return spans;
}

ProgramProfile profile_of(const Executable& executable, const std::vector<Timing>& runs) {
  std::vector<const Timing*> by_time;
  std::vector<Times> times;
  for (const Timing& run : runs) {
    by_time.push_back(&run);
    times.push_back(times_of(executable, run.spans()));
  }
  std::ranges::sort(by_time, {}, &Timing::seconds);
  const Timing& typical = *by_time[by_time.size() / 2];

  ProgramProfile profile{.runs = runs.size(), .seconds = typical.seconds(), .spans = typical.spans()};
  const Times typical_times = medians(times);
  const ProgramPlan plan = executable.plan();
  for (std::size_t i = 0; i < plan.steps.size(); ++i)
    profile.steps.push_back({.label = plan.steps[i].label,
                             .type = plan.steps[i].type,
                             .level = plan.steps[i].level,
                             .flops = plan.steps[i].flops,
                             .bytes = bytes_moved(executable, executable.steps[i]),
                             .seconds = typical_times[i]});
  profile.waiting = typical_times.back();
  return profile;
}

}  // namespace gradtable::detail
