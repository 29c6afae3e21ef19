#include "gradtable/models/io/interrupt.hpp"

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>

namespace gradtable {
namespace {

// Each in a process of its own: signals belong to the whole process.
[[noreturn]] void raise_two(int first, int second) {
  for (const int signal : {first, second}) std::signal(signal, SIG_DFL);
  const InterruptGuard guard;
  if (guard.interrupted()) std::_Exit(1);
  raise(first);
  if (!guard.interrupted()) std::_Exit(2);
  raise(second);
  std::_Exit(3);
}

TEST(InterruptGuardDeathTest, RemembersTheFirstSignalAndDiesOfTheSecond) {
  EXPECT_EXIT(raise_two(SIGINT, SIGINT), ::testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(raise_two(SIGTERM, SIGTERM), ::testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(raise_two(SIGINT, SIGTERM), ::testing::KilledBySignal(SIGTERM), "");
}

TEST(InterruptGuardDeathTest, GivesTheSignalsBackAtItsEnd) {
  const auto raise_after = [] {
    std::signal(SIGINT, SIG_DFL);
    { const InterruptGuard guard; }
    raise(SIGINT);
    std::_Exit(1);
  };
  EXPECT_EXIT(raise_after(), ::testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptGuardDeathTest, LeavesAnIgnoredSignalIgnored) {
  const auto raise_ignored = [] {
    std::signal(SIGINT, SIG_IGN);
    const InterruptGuard guard;
    raise(SIGINT);
    std::_Exit(guard.interrupted() ? 1 : 0);
  };
  EXPECT_EXIT(raise_ignored(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace gradtable
