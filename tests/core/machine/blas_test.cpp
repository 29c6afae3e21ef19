#include "gradtable/core/machine/blas.hpp"

#include <cstdlib>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/machine/detail/blas_kernels.hpp"
#include "gradtable/core/machine/detail/openblas.hpp"

namespace gradtable {
namespace {

constexpr const char* kRunDisabledTests = "--gtest_also_run_disabled_tests";

// Runs one test of this program in a process of its own, with OPENBLAS_CORETYPE set; true when it passes.
bool passes_with_coretype(const char* value, const std::string& test) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("OPENBLAS_CORETYPE", value, 1);
    const std::string filter = "--gtest_filter=" + test;
    ::execl("/proc/self/exe", "test_core", filter.c_str(), kRunDisabledTests, static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(TuneBlas, LeavesNoBetterKernelsUnused) {
  const BlasInfo& info = tune_blas();
  if (info.chosen_by == "user") GTEST_SKIP() << "OPENBLAS_CORETYPE is set";
  EXPECT_TRUE(detail::better_kernels(detail::cpu_generation(), info.kernels).empty()) << info.kernels;
  EXPECT_TRUE(detail::products_are_right());
}

TEST(TuneBlas, TellsWhatItDoes) {
  const BlasInfo& info = tune_blas();
  EXPECT_FALSE(info.library.empty());
  EXPECT_EQ(info.kernels, detail::current_kernels());
  if (openblas_get_config == nullptr) GTEST_SKIP() << "not OpenBLAS";
  EXPECT_TRUE(info.library.starts_with("OpenBLAS 0.")) << info.library;
  EXPECT_TRUE(info.threading == "openmp" || info.threading == "pthreads" || info.threading == "none");
  EXPECT_EQ(to_string({"OpenBLAS 0.3.21", "openmp", "Zen", "user"}),
            "OpenBLAS 0.3.21 (openmp), Zen kernels chosen by user");
}

TEST(TuneBlas, GivesOneAnswerToAllThreads) {
  std::vector<const BlasInfo*> answers(8);
  std::vector<std::thread> threads;
  for (const BlasInfo*& answer : answers) threads.emplace_back([&answer] { answer = &tune_blas(); });
  for (std::thread& thread : threads) thread.join();
  for (const BlasInfo* answer : answers) EXPECT_EQ(answer, &tune_blas());
}

// Runs only as the child process of the test below.
TEST(TuneBlas, DISABLED_KeepsPrescott) {
  EXPECT_EQ(tune_blas().kernels, "Prescott");
  EXPECT_EQ(tune_blas().chosen_by, "user");
  EXPECT_EQ(detail::current_kernels(), "Prescott");
  EXPECT_STREQ(std::getenv("OPENBLAS_CORETYPE"), "Prescott");
}

TEST(TuneBlas, RespectsTheChoiceOfTheUser) {
  if (gotoblas_dynamic_init == nullptr) GTEST_SKIP() << "this BLAS has one set of kernels";
#if !defined(__x86_64__)
  GTEST_SKIP() << "Prescott is a name for x86-64";
#endif
  EXPECT_TRUE(passes_with_coretype("Prescott", "TuneBlas.DISABLED_KeepsPrescott"));
}

TEST(SetBlasThreads, HoldsForTheCallingThread) {
  if (tune_blas().threading != "openmp" && tune_blas().threading != "pthreads")
    GTEST_SKIP() << "one thread only";
  const int before = blas_threads();
  for (const int threads : {1, 2, 3, 1}) {
    set_blas_threads(threads);
    EXPECT_EQ(blas_threads(), threads);
    EXPECT_TRUE(detail::products_are_right());
    EXPECT_EQ(blas_threads(), threads) << "products do not change it";
  }
  set_blas_threads(before);
}

TEST(SetBlasThreads, OfAnotherThreadLeavesThisOneAlone) {
  if (tune_blas().threading != "openmp") GTEST_SKIP() << "one number for the whole process";
  const int before = blas_threads();
  set_blas_threads(2);
  std::thread other([] {
    set_blas_threads(1);
    EXPECT_TRUE(detail::products_are_right());
    EXPECT_EQ(blas_threads(), 1);
  });
  other.join();
  EXPECT_EQ(blas_threads(), 2);
  set_blas_threads(before);
}

TEST(SetBlasThreads, TakesNoMoreThanTheLibraryCan) {
  if (tune_blas().threading != "openmp" && tune_blas().threading != "pthreads")
    GTEST_SKIP() << "one thread only";
  const int before = blas_threads();
  set_blas_threads(1'000'000);
  const int most = blas_threads();
  EXPECT_GE(most, before);
  EXPECT_LT(most, 1'000'000);
  set_blas_threads(1);
  set_blas_threads(1'000'000);
  EXPECT_EQ(blas_threads(), most);
  set_blas_threads(before);
}

TEST(SetBlasThreads, CostsNothingWhenNothingChanges) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer needs all of the address space";
#endif
  const int before = blas_threads();
  set_blas_threads(1'000'000);
  rlimit all{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &all), 0);
  const rlimit none{1 << 20, all.rlim_max};  // from here on the system refuses every buffer
  ASSERT_EQ(setrlimit(RLIMIT_AS, &none), 0);
  EXPECT_NO_THROW(set_blas_threads(1'000'000));
  setrlimit(RLIMIT_AS, &all);
  set_blas_threads(before);
}

// In a process where no team has reserved any before.
TEST(ReserveBlasBuffers, SaysWhenThereIsNoRoomWhereBlasWouldAskForEver) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer needs all of the address space";
#endif
  if (blas_memory_alloc == nullptr) GTEST_SKIP() << "not OpenBLAS";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto reserve = [] {
    reserve_blas_buffers(2);
    rlimit all{};
    ASSERT_EQ(getrlimit(RLIMIT_AS, &all), 0);
    const rlimit none{1 << 20, all.rlim_max};  // from here on the system refuses every buffer
    ASSERT_EQ(setrlimit(RLIMIT_AS, &none), 0);
    EXPECT_NO_THROW(reserve_blas_buffers(2));
    EXPECT_THROW(reserve_blas_buffers(7), std::bad_alloc);
    setrlimit(RLIMIT_AS, &all);
    EXPECT_NO_THROW(reserve_blas_buffers(7));
    EXPECT_TRUE(detail::products_are_right());
  };
  EXPECT_EXIT((reserve(), std::exit(HasFailure() ? 1 : 0)), ::testing::ExitedWithCode(0), "");
}

TEST(SetBlasThreads, RefusesLessThanOne) {
  EXPECT_THROW(set_blas_threads(0), ConfigError);
  EXPECT_THROW(set_blas_threads(-2), ConfigError);
}

}  // namespace
}  // namespace gradtable
