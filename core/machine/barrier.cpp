#include "gradtable/core/machine/barrier.hpp"

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/machine/spin_wait.hpp"

namespace gradtable {
namespace {

int checked(int threads) {
  if (threads < 1) throw ConfigError(fmt::format("Barrier: expected at least 1 thread, got {}", threads));
  return threads;
}

}  // namespace

Barrier::Barrier(int threads) : threads_(checked(threads)), pauses_(detail::pauses_for(threads)) {}

void Barrier::meet() {
  // Read before arriving: afterwards the last thread may change it at any time.
  const std::uint32_t generation = generation_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
    arrived_.store(0, std::memory_order_relaxed);
    generation_.store(generation + 1, std::memory_order_release);
    return;
  }
  detail::spin_then_yield(pauses_, [&] { return generation_.load(std::memory_order_acquire) != generation; });
}

}  // namespace gradtable
