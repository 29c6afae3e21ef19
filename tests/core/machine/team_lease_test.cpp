#include "gradtable/core/machine/team_lease.hpp"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/support/allocations.hpp"
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

// Whether a lease of that many threads runs its job on all of them.
bool runs(int threads) {
  std::atomic<int> calls = 0;
  const TeamLease team(threads);
  team->run([&](int) {
    ++calls;
    team->barrier().wait();
  });
  return calls == threads;
}

TEST(TeamLease, HasTheSizeThatIsAskedFor) {
  for (const int threads : {3, 1, 2, 3}) {
    EXPECT_EQ(TeamLease(threads)->size(), threads);
    EXPECT_TRUE(runs(threads));
  }
}

TEST(TeamLease, GivesTheSameTeamToOneAfterTheOther) {
  const Team* first = &*TeamLease(2);
  EXPECT_EQ(&*TeamLease(2), first);
  EXPECT_NE(&*TeamLease(3), first);
  EXPECT_EQ(&*TeamLease(2), first);
}

TEST(TeamLease, GivesTheTeamBackAfterAnError) {
  const Team* first = &*TeamLease(2);
  const auto fail = [] { TeamLease(2)->run([](int) { throw std::runtime_error("no"); }); };
  EXPECT_THROW(fail(), std::runtime_error);
  EXPECT_EQ(&*TeamLease(2), first);
}

TEST(TeamLease, InsideAJobGivesAnotherTeam) {
  const TeamLease outer(2);
  std::atomic<int> calls = 0;
  outer->run([&](int) {
    const TeamLease inner(2);
    EXPECT_NE(&*inner, &*outer);
    inner->run([&](int) { ++calls; });
  });
  EXPECT_EQ(calls, 4);
}

TEST(TeamLease, WorksInSeveralThreadsAtTheSameTime) {
  constexpr int kJobs = 300;
  std::vector<int> right(4);
  std::vector<std::thread> threads;
  for (int& mine : right) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < kJobs; ++i) mine += runs(2 + i % 2);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, std::vector<int>(4, kJobs));
}

TEST(TeamLease, AllocatesNothingWhileATeamIsFree) {
  std::vector<std::int64_t> first(3), last(3);
  const auto run = [](std::vector<std::int64_t>& counts) {
    TeamLease(3)->run([&](int member) {
      counts[static_cast<std::size_t>(member)] = testing::allocations();  // each thread has its own count
    });
  };
  run(first);
  run(first);
  for (int i = 0; i < 100; ++i) run(last);
  EXPECT_EQ(last, first);
}

TEST(TeamLease, RefusesLessThanOneThread) {
  EXPECT_THROW(TeamLease(0), ConfigError);
  EXPECT_THROW(TeamLease(-1), ConfigError);
}

// Whether action() is true in a child process, within a minute.
template <class Action>
bool holds_in_child(const Action& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    ::_exit(action() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(TeamLease, HasItsThreadsAlsoInAChildProcess) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer allows no threads after a fork";
#endif
  const TeamLease held(3);
  held->run([](int) {});
  ASSERT_TRUE(runs(2));
  const auto all_run = [&] {
    std::atomic<int> calls = 0;
    held->run([&](int) { ++calls; });
    return runs(2) && runs(4) && calls == 3;
  };
  EXPECT_TRUE(holds_in_child(all_run));
  EXPECT_TRUE(holds_in_child([&] { return all_run() && holds_in_child(all_run); }));
  EXPECT_TRUE(all_run());
}

void expect_that_a_team_runs() {
  if (!runs(2)) std::_Exit(1);
}

TEST(TeamLease, WorksUntilTheVeryEndOfTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        std::atexit(expect_that_a_team_runs);  // registered first, called last: no team is kept any more
        expect_that_a_team_runs();
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace gradtable
