#include "gradtable/models/io/interrupt.hpp"

#include <csignal>
#include <cstdio>
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

TEST(InterruptExitDeathTest, EndsTheProcessAtOnce) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto raise_one = [&] {
      std::signal(signal, SIG_DFL);
      const InterruptExit at_signals(130);
      raise(signal);
      std::_Exit(1);
    };
    EXPECT_EXIT(raise_one(), ::testing::ExitedWithCode(130), "");
  }
}

TEST(InterruptExitDeathTest, WaitsForTheLastDelay) {
  const auto raise_in_delay = [] {
    std::signal(SIGTERM, SIG_DFL);
    const InterruptExit at_signals(130);
    {
      const InterruptDelay outer;
      { const InterruptDelay inner, of_another_file; }
      raise(SIGTERM);
      std::fputs("written", stderr);
    }
    std::_Exit(1);
  };
  EXPECT_EXIT(raise_in_delay(), ::testing::ExitedWithCode(130), "written");
}

TEST(InterruptExitDeathTest, DoesNotWaitForTheSecondSignal) {
  const auto raise_two_in_delay = [] {
    std::signal(SIGTERM, SIG_DFL);
    const InterruptExit at_signals(130);
    const InterruptDelay delay;
    raise(SIGTERM);
    raise(SIGTERM);
    std::_Exit(1);
  };
  EXPECT_EXIT(raise_two_in_delay(), ::testing::ExitedWithCode(130), "");
}

TEST(InterruptExitDeathTest, LeavesAnIgnoredSignalIgnoredAndGivesTheOthersBack) {
  const auto raise_ignored = [] {
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_DFL);
    {
      const InterruptExit at_signals(130);
      raise(SIGINT);
    }
    raise(SIGTERM);
    std::_Exit(1);
  };
  EXPECT_EXIT(raise_ignored(), ::testing::KilledBySignal(SIGTERM), "");
}

TEST(InterruptExitDeathTest, LeavesTheSignalsToAGuardWhileOneLives) {
  const auto raise_around = [] {
    std::signal(SIGINT, SIG_DFL);
    const InterruptExit at_signals(130);
    {
      const InterruptGuard guard;
      raise(SIGINT);
      if (!guard.interrupted()) std::_Exit(1);
    }
    std::fputs("after", stderr);
    raise(SIGINT);
    std::_Exit(2);
  };
  EXPECT_EXIT(raise_around(), ::testing::ExitedWithCode(130), "after");
}

}  // namespace
}  // namespace gradtable
