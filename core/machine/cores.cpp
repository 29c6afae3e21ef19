#include "gradtable/core/machine/cores.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include "gradtable/core/machine/detail/openblas.hpp"

namespace gradtable {

CoreSet CoreSet::available() {
  CoreSet own = of_thread();
  if (omp_get_num_places == nullptr || omp_get_place_num_procs == nullptr ||
      omp_get_place_proc_ids == nullptr)
    return own;
  CoreSet all;
  bool is_pinned = false;
  for (int place = 0; place < omp_get_num_places(); ++place) {
    const CoreSet cores = of_place(place);
    is_pinned = is_pinned || cores == own;
    all.add(cores);
  }
  return is_pinned ? all : own;
}

CoreSet CoreSet::of_thread() {
  CoreSet cores;
  if (sched_getaffinity(0, sizeof cores.mask_, cores.mask_.data()) == 0) return cores;
  cores = {};
  for (unsigned core = 0; core < std::thread::hardware_concurrency(); ++core)
    cores.add(static_cast<int>(core));
  return cores;
}

CoreSet CoreSet::of_place(int place) {
  std::vector<int> numbers(static_cast<std::size_t>(std::max(0, omp_get_place_num_procs(place))));
  omp_get_place_proc_ids(place, numbers.data());
  CoreSet cores;
  for (const int number : numbers) cores.add(number);
  return cores;
}

int CoreSet::count() const {
  return CPU_COUNT_S(sizeof mask_, mask_.data());
}

void CoreSet::use() const {
  sched_setaffinity(0, sizeof mask_, mask_.data());
}

// Numbers that no core has are left out.
void CoreSet::add(int core) {
  if (core >= 0) CPU_SET_S(static_cast<std::size_t>(core), sizeof mask_, mask_.data());
}

void CoreSet::add(const CoreSet& other) {
  CPU_OR_S(sizeof mask_, mask_.data(), mask_.data(), other.mask_.data());
}

bool operator==(const CoreSet& a, const CoreSet& b) {
  return CPU_EQUAL_S(sizeof a.mask_, a.mask_.data(), b.mask_.data());
}

int available_cores() {
  return std::max(1, CoreSet::available().count());
}

}  // namespace gradtable
