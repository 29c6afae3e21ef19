#include "gradtable/core/machine/team.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/machine/blas.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

std::size_t index(int member) {
  return static_cast<std::size_t>(member);
}

TEST(Team, CallsTheJobOnceOnEachMember) {
  for (const int threads : {1, 2, 3, 5}) {
    Team team(threads);
    EXPECT_EQ(team.size(), threads);
    std::vector<int> calls(index(threads));
    team.run([&](int member) { ++calls.at(index(member)); });
    EXPECT_EQ(calls, std::vector<int>(index(threads), 1));
  }
}

TEST(Team, RunsItsMembersAtTheSameTimeInThreadsOfTheirOwn) {
  Team team(4);
  std::vector<std::thread::id> threads(4);
  team.run([&](int member) {
    threads.at(index(member)) = std::this_thread::get_id();
    team.barrier().wait();  // passes only if all are here
  });
  EXPECT_EQ(threads.front(), std::this_thread::get_id());
  EXPECT_EQ(std::set(threads.begin(), threads.end()).size(), 4U);
}

TEST(Team, RunsManyShortJobs) {
  constexpr int kJobs = 5000;
  Team team(3);
  std::vector<int> sums(3);
  for (int i = 1; i <= kJobs; ++i) team.run([&](int member) { sums.at(index(member)) += i; });
  EXPECT_EQ(sums, std::vector<int>(3, kJobs * (kJobs + 1) / 2));
}

TEST(Team, WakesWorkersThatSleep) {
  Team team(3);
  std::vector<int> calls(3);
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(4));
    team.run([&](int member) { ++calls.at(index(member)); });
  }
  EXPECT_EQ(calls, std::vector<int>(3, 20));
}

TEST(Team, LetsPhasesOfAJobReadWhatOthersWrote) {
  constexpr int kPhases = 500;
  Team team(4);
  std::vector<int> values(4), next(4);
  team.run([&](int member) {
    for (int phase = 0; phase < kPhases; ++phase) {
      next[index(member)] = std::accumulate(values.begin(), values.end(), member) % 1000;
      team.barrier().wait();
      values[index(member)] = next[index(3 - member)];
      team.barrier().wait();
    }
  });
  std::vector<int> expected(4);
  for (int phase = 0; phase < kPhases; ++phase) {
    const int sum = std::accumulate(expected.begin(), expected.end(), 0);
    for (int member = 0; member < 4; ++member) expected[index(member)] = (sum + 3 - member) % 1000;
  }
  EXPECT_EQ(values, expected);
}

TEST(Team, ThrowsWhatTheLowestMemberThrewWhenAllAreDone) {
  Team team(4);
  std::atomic<int> done = 0;
  const auto job = [&](int member) {
    if (member == 1 || member == 2) throw std::runtime_error("member " + std::to_string(member));
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    ++done;
  };
  EXPECT_EQ(message_of<std::runtime_error>([&] { team.run(job); }), "member 1");
  EXPECT_EQ(done, 2);
}

TEST(Team, WorksAfterAnError) {
  Team team(2);
  for (const int thrower : {0, 1}) {
    EXPECT_THROW(team.run([&](int member) {
      if (member == thrower) throw std::runtime_error("no");
    }),
                 std::runtime_error);
    std::atomic<int> calls = 0;
    EXPECT_NO_THROW(team.run([&](int) { ++calls; }));
    EXPECT_EQ(calls, 2);
  }
}

TEST(Team, OfOneRunsInTheCallerAndPassesErrorsOn) {
  Team team(1);
  int calls = 0;
  team.run([&](int member) {
    EXPECT_EQ(member, 0);
    team.barrier().wait();
    team.run([&](int) { ++calls; });  // there is nothing that an inner job could disturb
  });
  EXPECT_EQ(calls, 1);
  EXPECT_THROW(team.run([](int) { throw std::runtime_error("no"); }), std::runtime_error);
}

TEST(Team, MultipliesMatricesOnOneThreadInEachWorker) {
  if (tune_blas().threading != "openmp" && tune_blas().threading != "pthreads")
    GTEST_SKIP() << "one thread only";
  const int before = blas_threads();
  Team team(3);
  std::vector<int> threads(3, 1);
  team.run([&](int member) {
    if (member > 0) threads[index(member)] = blas_threads();
  });
  EXPECT_EQ(threads, std::vector<int>(3, 1));
  set_blas_threads(before);
}

TEST(Team, RefusesLessThanOneThread) {
  EXPECT_TRUE(contains(message_of<ConfigError>([] { Team team(0); }), "expected at least 1 thread, got 0"));
  EXPECT_THROW(Team(-3), ConfigError);
}

// The bytes of address space that this process has taken.
rlim_t address_space() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

TEST(Team, EndsItsWorkersWhenTheSystemRefusesOne) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer needs all of the address space";
#endif
  rlimit all{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &all), 0);
  const rlimit little{address_space() + (rlim_t{64} << 20), all.rlim_max};  // stacks of 8 MB do not fit in
  ASSERT_EQ(setrlimit(RLIMIT_AS, &little), 0);
  EXPECT_THROW(Team(500), std::system_error);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &all), 0);
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("Threads:")) continue;
    EXPECT_LT(std::stoi(line.substr(8)), 100) << line;
  }
  std::atomic<int> calls = 0;
  Team(2).run([&](int) { ++calls; });
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace gradtable
