// How many threads can run at the same time, and where.
#pragma once

#include <array>

#include <sched.h>

namespace gradtable {

// Cores that threads may run on.
class CoreSet {
 public:
  // Those of the calling thread: of its affinity mask, as a cpuset or taskset leaves it, else those of the
  // machine. OpenMP pins the first thread of a process when OMP_PROC_BIND or OMP_PLACES asks for that, before
  // main: a thread with the mask of one place of OpenMP's may use those of all its places.
  static CoreSet available();

  int count() const;
  // Lets the calling thread run on these. A system that refuses leaves it where it is.
  void use() const;

 private:
  static CoreSet of_thread();
  static CoreSet of_place(int place);
  void add(int core);
  void add(const CoreSet& other);
  friend bool operator==(const CoreSet& a, const CoreSet& b);

  std::array<cpu_set_t, 8> mask_ = {};  // 8192 cores: Linux has no more
};

// CoreSet::available().count(), at least 1. Quotas of processor time (as of containers) are not counted.
int available_cores();

}  // namespace gradtable
