// How a thread waits for another that is about to be ready.
#pragma once

#include <thread>

namespace gradtable::detail {

// About 2 to 5 us, as a processor takes 25 to 50 ns for a pause. More is lost when another process takes one
// of the cores, at every wait: 100 phases of 20 us on two threads took 2.4 ms with 100 pauses, 3.1 ms with
// 400.
inline constexpr int kPauses = 100;

// Tells the processor that this is a loop that waits.
inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// How often `threads` threads that wait for each other look before they give their core up: never where there
// are fewer cores than threads, since what they wait for may need that very core.
int pauses_for(int threads);

// Whether done() became true while it was looked at `pauses` times.
template <class Done>
bool spin(int pauses, const Done& done) {
  for (int i = 0; i < pauses; ++i) {
    if (done()) return true;
    pause();
  }
  return done();
}

// Returns when done() is true; other threads get the core at every turn after the first `pauses`.
template <class Done>
void spin_then_yield(int pauses, const Done& done) {
  if (spin(pauses, done)) return;
  while (!done()) std::this_thread::yield();
}

}  // namespace gradtable::detail
