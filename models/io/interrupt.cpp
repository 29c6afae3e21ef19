#include "gradtable/models/io/interrupt.hpp"

#include <atomic>

#include <unistd.h>

namespace gradtable {
namespace {

constexpr std::array<int, 2> kSignals = {SIGINT, SIGTERM};

// Any thread may be the one that a signal interrupts.
static_assert(std::atomic<int>::is_always_lock_free);
std::atomic<int> flagged{0};    // whether a signal came to the InterruptGuard
std::atomic<int> exit_code{0};  // of the InterruptExit
std::atomic<int> delays{0};
std::atomic<int> delayed{0};  // signals that came while there were any

// The next signal of either kind finds the default action again.
void remember(int) {
  flagged = 1;
  for (const int signal : kSignals) std::signal(signal, SIG_DFL);
}

void leave(int) {
  if (delays > 0 && delayed++ == 0) return;
  _exit(exit_code);
}

}  // namespace

namespace detail {

SignalHandlers::SignalHandlers(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &action, &previous_[i]);
    if (previous_[i].sa_handler == SIG_IGN) sigaction(kSignals[i], &previous_[i], nullptr);
  }
}

SignalHandlers::~SignalHandlers() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &previous_[i], nullptr);
}

}  // namespace detail

InterruptExit::InterruptExit(int code) : handlers_((exit_code = code, leave)) {}

InterruptDelay::InterruptDelay() {
  ++delays;
}

InterruptDelay::~InterruptDelay() {
  if (--delays == 0 && delayed > 0) _exit(exit_code);
}

InterruptGuard::InterruptGuard() : handlers_((flagged = 0, remember)) {}

bool InterruptGuard::interrupted() const {
  return flagged != 0;
}

}  // namespace gradtable
