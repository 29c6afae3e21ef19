// The instants of one run: when each thread finished each of its calls and waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "gradtable/graph/execution/executable.hpp"
#include "gradtable/graph/profile.hpp"

namespace gradtable::detail {

// A count of time. The processor's own costs a third of what the clock does.
inline std::int64_t ticks() {
#if defined(__x86_64__)
  return static_cast<std::int64_t>(__builtin_ia32_rdtsc());
#else
  return std::chrono::steady_clock::now().time_since_epoch().count();
#endif
}

class Timing {
 public:
  // Has room for all instants of a run, so that recording allocates nothing.
  explicit Timing(const Executable& executable);

  // Takes the instants of one thread. What follows an instant lasts until the next.
  class Thread {
   public:
    void finished(std::size_t step) { instants_.push_back({step, ticks()}); }
    void waited() { finished(ProfiledSpan::kWaiting); }

    // The ticks that taking an instant takes, measured once.
    static double ticks_of_an_instant();

   private:
    friend class Timing;
    struct Instant {
      std::size_t step;
      std::int64_t ticks;
    };
    std::vector<Instant> instants_;
  };

  // The beginning and the end of a run, told by its caller.
  void begin();
  void end();
  Thread& of(std::size_t thread) { return threads_[thread]; }

  // What each thread did from the beginning to the end: waits for the others included, nothing is left out
  // but the time that taking the instants took.
  std::vector<ProfiledSpan> spans(double seconds_per_tick) const;

  // Of the first and the last of several runs.
  static double seconds_per_tick(const Timing& first, const Timing& last);

 private:
  using Clock = std::chrono::steady_clock;
  struct Instant {
    std::int64_t ticks = 0;
    Clock::time_point time;
  };

  Instant begin_, end_;
  std::vector<Thread> threads_;
};

// The runs of one program. It is kept, to be described.
struct RecordedRuns {
  std::shared_ptr<const Executable> executable;
  std::vector<Timing> runs;
};

// The profile of a program, of the timings of its runs, at least one.
ProgramProfile profile_of(const Executable& executable, const std::vector<Timing>& runs);

}  // namespace gradtable::detail
