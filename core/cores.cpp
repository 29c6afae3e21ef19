#include "gradtable/core/cores.hpp"

#include <algorithm>
#include <thread>

#include <sched.h>

namespace gradtable {

int available_cores() {
  cpu_set_t cores;
  // Refused on machines with more cores than the set holds.
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return std::max(1, CPU_COUNT(&cores));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace gradtable
