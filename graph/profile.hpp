// Where the time of a program goes: each step on each thread, and the waits between them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable {

// One step of the plan (PlannedStep) as it was executed. Times are medians over the runs, in seconds.
struct ProfiledStep {
  std::string label;
  TensorType type;
  std::size_t level = 0;
  double flops = 0;             // of the whole step, by Op::flops
  double bytes = 0;             // of its inputs, which it reads, and its output, which it writes
  std::vector<double> seconds;  // of each thread; 0 where it has no part

  double total_seconds() const;  // of all threads
};

// A piece of a thread's time in one run, in seconds from the beginning of the run.
struct ProfiledSpan {
  static constexpr std::size_t kWaiting = static_cast<std::size_t>(-1);

  std::size_t step = kWaiting;  // among the steps, or waiting: for the start, at a barrier or for the end
  std::size_t thread = 0;
  double begin = 0;
  double end = 0;
};

struct ProgramProfile {
  std::size_t runs = 0;
  double seconds = 0;  // the median time of a run: of each thread the sum of its steps and its waits
  std::vector<ProfiledStep> steps = {};  // in the order of execution
  std::vector<double> waiting = {};      // of each thread, in a run
  std::vector<ProfiledSpan> spans = {};  // of the run whose time was the median, thread by thread

  std::size_t threads() const { return waiting.size(); }
};

// A table: a line for each step, the longest first, with its time on each thread, its share of the run,
// GFLOP/s and GB/s; then the waits.
std::string to_string(const ProgramProfile& profile);

}  // namespace gradtable
