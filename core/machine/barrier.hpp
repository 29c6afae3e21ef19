// A meeting point of threads that compute the same schedule together.
#pragma once

#include <atomic>
#include <cstdint>

namespace gradtable {

// Lets its threads pass when all have arrived, again and again. What a thread wrote before wait() all others
// read after it. A thread that waits keeps its core for some microseconds and then gives it up at every turn;
// with more threads than cores, at once. docs/decisions/team.md has the figures.
class Barrier {
 public:
  // Throws ConfigError for less than 1 thread.
  explicit Barrier(int threads);
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  int threads() const { return threads_; }

  // To be called by each of the threads. One that stays away keeps all others here.
  void wait() {
    if (threads_ > 1) meet();
  }

 private:
  void meet();

  const int threads_;
  const int pauses_;
  // On lines of their own: those who wait read only `generation_`, which changes once.
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<std::uint32_t> generation_{0};
};

}  // namespace gradtable
