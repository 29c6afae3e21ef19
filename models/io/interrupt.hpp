// SIGINT and SIGTERM: stop at once, after a file, or after a batch. A program that was started to ignore a
// signal, as by nohup, ignores it here too.
#pragma once

#include <array>
#include <csignal>

namespace gradtable {

namespace detail {

// While one lives, SIGINT and SIGTERM, unless they are ignored, call a handler; then what they called before.
class SignalHandlers {
 public:
  explicit SignalHandlers(void (*handler)(int));
  ~SignalHandlers();
  SignalHandlers(const SignalHandlers&) = delete;
  SignalHandlers& operator=(const SignalHandlers&) = delete;

 private:
  std::array<struct sigaction, 2> previous_{};
};

}  // namespace detail

// While one lives, a signal ends the process with this exit code: at once, whatever it does, but not while an
// InterruptDelay lives. One at a time in a process.
class InterruptExit {
 public:
  explicit InterruptExit(int exit_code);
  InterruptExit(const InterruptExit&) = delete;
  InterruptExit& operator=(const InterruptExit&) = delete;

 private:
  detail::SignalHandlers handlers_;
};

// While one lives, the first signal does not end the process by an InterruptExit: it ends when the last
// InterruptDelay does. For work that must be done whole or not at all. A second signal ends it at once.
class InterruptDelay {
 public:
  InterruptDelay();
  ~InterruptDelay();
  InterruptDelay(const InterruptDelay&) = delete;
  InterruptDelay& operator=(const InterruptDelay&) = delete;
};

// While one lives, the first signal only sets a flag; the second ends the process at once, as it would
// without. One at a time in a process.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool interrupted() const;

 private:
  detail::SignalHandlers handlers_;
};

}  // namespace gradtable
