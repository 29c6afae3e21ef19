#include "gradtable/core/machine/cores.hpp"

#include <cstddef>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradtable/core/machine/detail/openblas.hpp"
#include "gradtable/core/machine/team.hpp"

namespace gradtable {
namespace {

// How many cores the mask of the calling thread has.
int cores_of_thread() {
  cpu_set_t cores;
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 0;
}

TEST(AvailableCores, AreThoseOfTheAffinityMask) {
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_EQ(available_cores(), CPU_COUNT(&all));
  cpu_set_t one;
  CPU_ZERO(&one);
  std::size_t first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(available_cores(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
}

// Runs only as the child process of the test below: GRADTABLE_CORES is what its parent has.
TEST(AvailableCores, DISABLED_AreThoseOfTheParent) {
  const int cores = std::atoi(std::getenv("GRADTABLE_CORES"));
  EXPECT_EQ(available_cores(), cores);
  Team team(3);
  std::vector<int> found(3);
  team.run([&](int member) { found.at(static_cast<std::size_t>(member)) = cores_of_thread(); });
  EXPECT_EQ(std::vector(found.begin() + 1, found.end()), std::vector(2, cores)) << "of the workers";
}

bool agrees_with_parent(const std::string& name, const std::string& value) {
  const std::string cores = std::to_string(cores_of_thread());
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("GRADTABLE_CORES", cores.c_str(), 1);
    ::setenv(name.c_str(), value.c_str(), 1);
    ::execl("/proc/self/exe", "test_core", "--gtest_filter=AvailableCores.DISABLED_AreThoseOfTheParent",
            "--gtest_also_run_disabled_tests", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(AvailableCores, AreTheSameWhereOpenMpPinsTheFirstThread) {
  if (omp_get_num_places == nullptr) GTEST_SKIP() << "no OpenMP";
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"OMP_PROC_BIND", "true"},
                                                        {"OMP_PROC_BIND", "close"},
                                                        {"OMP_PROC_BIND", "spread"},
                                                        {"OMP_PROC_BIND", "false"},
                                                        {"OMP_PLACES", "cores"},
                                                        {"OMP_PLACES", "threads"},
                                                        {"OMP_PLACES", "sockets"},
                                                        {"OMP_NUM_THREADS", "1"}})
    EXPECT_TRUE(agrees_with_parent(name, value)) << name << '=' << value;
}

}  // namespace
}  // namespace gradtable
