#include "gradtable/graph/execution/timing.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "gradtable/ops/patterns/partial_read.hpp"

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
  const std::size_t written = step.output.type.bytes();
  const std::span<const PlacedArray> inputs = executable.inputs_of(step);
  std::size_t read = 0;
  for (const PlacedArray& input : inputs) read += input.type.bytes();
  if (dynamic_cast<const PartialRead*>(step.op.get())) {
    const std::size_t first = inputs.front().type.bytes();
    read -= first - std::min(first, written);
  }
  return static_cast<double>(read + written);
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
  begin_.time = Clock::now();
  begin_.ticks = ticks();
}

void Timing::end() {
  end_.ticks = ticks();
  end_.time = Clock::now();
}

// The least of several means: others were interrupted.
double Timing::Thread::ticks_of_an_instant() {
  static const double least = [] {
    constexpr int kRounds = 50, kInstants = 100;
    Thread thread;
    thread.instants_.reserve(kInstants);
    std::int64_t ticks_of_round = std::numeric_limits<std::int64_t>::max();
    for (int round = 0; round < kRounds; ++round) {
      thread.instants_.clear();
      for (int i = 0; i < kInstants; ++i) thread.waited();
      ticks_of_round =
          std::min(ticks_of_round, thread.instants_.back().ticks - thread.instants_.front().ticks);
    }
    return static_cast<double>(ticks_of_round) / (kInstants - 1);
  }();
  return least;
}

double Timing::seconds_per_tick(const Timing& first, const Timing& last) {
  const double seconds = std::chrono::duration<double>(last.end_.time - first.begin_.time).count();
  return seconds / static_cast<double>(std::max<std::int64_t>(1, last.end_.ticks - first.begin_.ticks));
}

std::vector<ProfiledSpan> Timing::spans(double seconds_per_tick) const {
  constexpr double kLeast = 1e-9;  // what an instant takes varies, but nothing takes less than no time
  const double instant = Thread::ticks_of_an_instant();
  std::vector<ProfiledSpan> spans;
  double end = 0;
  std::vector<std::size_t> last_of_threads;
  for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
    double now = 0;
    std::int64_t last = begin_.ticks;
    const auto add = [&](std::size_t step, std::int64_t ticks_now, double left_out) {
      const double length = (static_cast<double>(ticks_now - last) - left_out) * seconds_per_tick;
      const double begin = now;
      now += std::max(length, kLeast);
      last = ticks_now;
      spans.push_back({step, thread, begin, now});
    };
    for (const auto& [step, ticks_now] : threads_[thread].instants_) add(step, ticks_now, instant);
    add(ProfiledSpan::kWaiting, end_.ticks, 0);
    last_of_threads.push_back(spans.size() - 1);
    end = std::max(end, now);
  }
  // A thread that took fewer instants waited for the instants of the others, too.
  for (const std::size_t last : last_of_threads) spans[last].end = end;
  return spans;
}

ProgramProfile profile_of(const Executable& executable, const std::vector<Timing>& runs) {
  const double seconds_per_tick = Timing::seconds_per_tick(runs.front(), runs.back());
  std::vector<std::pair<double, const Timing*>> by_time;
  std::vector<Times> times;
  for (const Timing& run : runs) {
    const std::vector<ProfiledSpan> spans = run.spans(seconds_per_tick);
    by_time.emplace_back(spans.back().end, &run);
    times.push_back(times_of(executable, spans));
  }
  std::ranges::sort(by_time);
  const auto [seconds, typical] = by_time[by_time.size() / 2];

  ProgramProfile profile{.runs = runs.size(),
                         .seconds = seconds,
                         .spans = typical->spans(seconds_per_tick),
                         .graph_serial = executable.graph_serial};
  const Times typical_times = medians(times);
  const ProgramPlan plan = executable.plan();
  for (std::size_t i = 0; i < plan.steps.size(); ++i)
    profile.steps.push_back({.label = plan.steps[i].label,
                             .node = executable.rewritten.original(executable.steps[i].node),
                             .type = plan.steps[i].type,
                             .level = plan.steps[i].level,
                             .flops = plan.steps[i].flops,
                             .bytes = bytes_moved(executable, executable.steps[i]),
                             .seconds = typical_times[i]});
  profile.waiting = typical_times.back();
  return profile;
}

}  // namespace gradtable::detail
