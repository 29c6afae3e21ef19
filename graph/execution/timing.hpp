// The instants of one run: when each thread finished each of its calls and waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "gradtable/graph/execution/executable.hpp"
#include "gradtable/graph/profile.hpp"

namespace gradtable::detail {

class Timing {
 public:
  // Has room for all instants of a run, so that recording allocates nothing.
  explicit Timing(const Executable& executable);

  // Takes the instants of one thread. What follows an instant lasts until the next.
  class Thread {
   public:
    void finished(std::size_t step) { instants_.push_back({step, Clock::now()}); }
    void waited() { finished(ProfiledSpan::kWaiting); }

   private:
    friend class Timing;
    using Clock = std::chrono::steady_clock;
    struct Instant {
      std::size_t step;
      Clock::time_point time;
    };
    std::vector<Instant> instants_;
  };

  // The beginning and the end of a run, told by its caller.
  void begin();
  void end() { end_ = Clock::now(); }
  Thread& of(std::size_t thread) { return threads_[thread]; }

  double seconds() const { return between(begin_, end_); }
  // What each thread did from the beginning to the end: waits for the others included, nothing is left out.
  std::vector<ProfiledSpan> spans() const;

 private:
  using Clock = Thread::Clock;
  static double between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
  }

  Clock::time_point begin_, end_;
  std::vector<Thread> threads_;
};

// The profile of a program, of the timings of its runs, at least one.
ProgramProfile profile_of(const Executable& executable, const std::vector<Timing>& runs);

}  // namespace gradtable::detail
