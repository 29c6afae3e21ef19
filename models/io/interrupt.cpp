#include "gradtable/models/io/interrupt.hpp"

#include <array>
#include <csignal>

namespace gradtable {
namespace {

constexpr std::array<int, 2> kSignals = {SIGINT, SIGTERM};
volatile std::sig_atomic_t signal_came = 0;
std::array<struct sigaction, kSignals.size()> previous{};

// The next signal of either kind finds the default action again.
void remember(int) {
  signal_came = 1;
  for (const int signal : kSignals) std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  signal_came = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &action, &previous[i]);
    // A program that was started to ignore the signal, as by nohup, goes on ignoring it.
    if (previous[i].sa_handler == SIG_IGN) sigaction(kSignals[i], &previous[i], nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &previous[i], nullptr);
}

bool InterruptGuard::interrupted() const {
  return signal_came != 0;
}

}  // namespace gradtable
