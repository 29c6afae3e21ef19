// Threads that execute a schedule together: each computes its share of every step.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

#include "gradtable/core/machine/barrier.hpp"
#include "gradtable/core/machine/cores.hpp"

namespace gradtable {

// Threads that wait for jobs together. One thread at a time may use a team, and not from inside a job of it.
// A worker that waits spins for some microseconds, then gives its core up at every turn, then sleeps.
class Team {
 public:
  // Starts threads - 1 workers; the thread that calls run is the first member. Throws ConfigError for less
  // than 1 thread, std::system_error when the system refuses one, std::bad_alloc when it has no room for the
  // buffers of their matrix products.
  explicit Team(int threads);
  // Ends the workers and waits for them.
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int size() const { return barrier_.threads(); }

  // Calls job(member) once on each member at the same time, member 0 being the caller, and returns when all
  // are done. When jobs throw, throws what the member with the lowest number threw; a member that throws
  // before a barrier that others wait at makes them wait without end. BLAS calls of the workers use one
  // thread.
  template <class Job>
  void run(const Job& job) {
    if (size() == 1) {
      job(0);
    } else {
      run_on_all([](const void* any, int member) { (*static_cast<const Job*>(any))(member); }, &job);
    }
  }

  // Where the members of a job meet.
  Barrier& barrier() { return barrier_; }

 private:
  using Call = void (*)(const void* job, int member);

  // Counts in the members of all teams.
  class Seats {
   public:
    explicit Seats(int members);
    ~Seats();
    Seats(const Seats&) = delete;
    Seats& operator=(const Seats&) = delete;

   private:
    int members_;
  };

  void run_on_all(Call call, const void* job);
  void do_job(int member) noexcept;
  void rethrow_error();
  void work(int member, std::uint32_t seen, const CoreSet& cores);
  void wait_for_job(std::uint32_t seen) const;
  void publish(Call call, const void* job);
  void start_workers();
  void stop_workers();
  void forget_workers();
  bool workers_are_lost() const;

  Barrier barrier_;
  const Seats seats_;
  const int pauses_;
  int forks_;  // of this process and its ancestors, when the workers started
  std::vector<std::thread> workers_;
  std::vector<std::exception_ptr> errors_;  // of each member
  // What changes from job to job: written by the caller, then counted by the workers.
  alignas(64) std::atomic<std::uint32_t> jobs_{0};
  Call call_ = nullptr;  // none: the end
  const void* job_ = nullptr;
  alignas(64) std::atomic<int> unfinished_{0};
};

}  // namespace gradtable
