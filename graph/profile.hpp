// Where the time of a program goes: each step on each thread, and the waits between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gradtable/core/array.hpp"
#include "gradtable/core/tensor.hpp"

namespace gradtable {

namespace detail {
struct RecordedRuns;
}  // namespace detail

// One step of the plan (PlannedStep) as it was executed. Times are medians over the runs, in seconds.
struct ProfiledStep {
  std::string label;
  NodeId node = -1;  // of the user's graph: the one that the step computes, or for which it was made
  TensorType type;
  std::size_t level = 0;
  double flops = 0;             // of the whole step, by Op::flops
  double bytes = 0;             // that it reads, of its inputs, and writes, its output
  std::vector<double> seconds;  // of each thread; 0 where it has no part

  double total_seconds() const;    // of all threads
  double longest_seconds() const;  // of the thread that takes longest
  // Per second of the longest time; 0 where that is 0.
  double flops_per_second() const;
  double bytes_per_second() const;
};

// A piece of a thread's time in one run, in seconds from the beginning of the run.
struct ProfiledSpan {
  static constexpr std::size_t kWaiting = static_cast<std::size_t>(-1);

  std::size_t step = kWaiting;  // among the steps, or waiting: for the start, at a barrier or for the end
  std::size_t thread = 0;
  double begin = 0;
  double end = 0;
};

// What a machine can do at best, all threads together: measured (measured_peak in graph/peak.hpp), or as its
// maker says.
struct MachinePeak {
  double flops_per_second = 0;
  double bytes_per_second = 0;
  bool is_measured = false;
};

struct ProgramProfile {
  std::size_t runs = 0;
  double seconds = 0;  // the median time of a run: of each thread the sum of its steps and its waits
  std::vector<ProfiledStep> steps = {};  // in the order of execution
  std::vector<double> waiting = {};      // of each thread, in a run
  std::vector<ProfiledSpan> spans = {};  // of the run whose time was the median, thread by thread
  std::uint32_t graph_serial = 0;        // of the user's graph
  std::optional<MachinePeak> peak = {};  // to be shown beside the steps; nothing unless it is set

  std::size_t threads() const { return waiting.size(); }
};

// A table of at most 80 columns for up to three threads: a line for each step, the longest first, with its
// share of the threads' time, its time on each thread (of more than three: the mean and the longest), GFLOP/s
// and GB/s; then the waits, and the peak where it is known. Labels that are too long are cut.
std::string to_string(const ProgramProfile& profile);

// The times of the runs of one program, of which a profile is made.
class RunTimes {
 public:
  RunTimes();
  RunTimes(RunTimes&&) noexcept;
  RunTimes& operator=(RunTimes&&) noexcept;
  ~RunTimes();

  std::size_t runs() const;
  // Throws GraphError before the first run.
  ProgramProfile profile() const;

 private:
  friend class Program;

  std::unique_ptr<detail::RecordedRuns> recorded_;
};

}  // namespace gradtable
