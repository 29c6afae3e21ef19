#include "gradtable/core/machine/detail/blas_kernels.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "gradtable/core/machine/detail/openblas.hpp"

namespace gradtable::detail {
namespace {

using Names = std::vector<std::string_view>;

// Brings OpenBLAS into the state in which it leaves a program on a CPU that it does not know, and at the end
// back into its own choice.
class OldKernels {
 public:
  OldKernels() {
    ::setenv("OPENBLAS_CORETYPE", "Prescott", 1);
    choose_again();
    ::unsetenv("OPENBLAS_CORETYPE");
  }
  ~OldKernels() { choose_again(); }
  OldKernels(const OldKernels&) = delete;
  OldKernels& operator=(const OldKernels&) = delete;

  static bool possible() { return gotoblas_dynamic_quit != nullptr && gotoblas_dynamic_init != nullptr; }

 private:
  static void choose_again() {
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
  }
};

TEST(BetterKernels, AreTheNewestThatTheCpuRuns) {
  EXPECT_EQ(better_kernels(CpuGeneration::avx512, "Prescott"), (Names{"SkylakeX", "Haswell"}));
  EXPECT_EQ(better_kernels(CpuGeneration::avx512, "Haswell"), (Names{"SkylakeX"}));
  EXPECT_EQ(better_kernels(CpuGeneration::avx2, "Sandybridge"), (Names{"Haswell"}));
}

TEST(BetterKernels, DoNotExistWhereTheCpuIsNotNewer) {
  EXPECT_EQ(better_kernels(CpuGeneration::avx512, "SkylakeX"), Names{});
  EXPECT_EQ(better_kernels(CpuGeneration::avx512, "Cooperlake"), Names{});
  EXPECT_EQ(better_kernels(CpuGeneration::avx2, "Zen"), Names{});
  EXPECT_EQ(better_kernels(CpuGeneration::baseline, "Prescott"), Names{});
}

TEST(BetterKernels, LeaveNamesAloneThatNobodyKnowsYet) {
  EXPECT_EQ(better_kernels(CpuGeneration::avx512, "SapphireRapids"), Names{});
  EXPECT_EQ(better_kernels(CpuGeneration::avx512, "neoversen1"), Names{});
  EXPECT_EQ(better_kernels(CpuGeneration::avx512, "unknown"), Names{});
}

TEST(UseBestKernels, ReplacesOldOnesAndGoesOnMultiplyingRight) {
  if (!OldKernels::possible() || cpu_generation() == CpuGeneration::baseline)
    GTEST_SKIP() << "nothing to choose";
  const OldKernels old;
  ASSERT_EQ(current_kernels(), "Prescott");
  EXPECT_TRUE(use_best_kernels());
  EXPECT_NE(current_kernels(), "Prescott");
  EXPECT_TRUE(better_kernels(cpu_generation(), current_kernels()).empty());
  EXPECT_TRUE(products_are_right());
  EXPECT_FALSE(use_best_kernels()) << "a second time there is nothing to improve";
}

TEST(UseBestKernels, LeavesTheEnvironmentAsItWas) {
  if (!OldKernels::possible()) GTEST_SKIP() << "nothing to choose";
  {
    const OldKernels old;
    use_best_kernels();
    EXPECT_EQ(std::getenv("OPENBLAS_CORETYPE"), nullptr);
  }
  const OldKernels old;
  ::setenv("OPENBLAS_CORETYPE", "", 1);
  use_best_kernels();
  const char* value = std::getenv("OPENBLAS_CORETYPE");
  ASSERT_NE(value, nullptr);
  EXPECT_STREQ(value, "");
  ::unsetenv("OPENBLAS_CORETYPE");
}

TEST(UseBestKernels, CanChangeAgainAndAgain) {
  if (!OldKernels::possible()) GTEST_SKIP() << "nothing to choose";
  for (int round = 0; round < 50; ++round) {
    const OldKernels old;
    ASSERT_TRUE(products_are_right());
    use_best_kernels();
    ASSERT_TRUE(products_are_right());
  }
}

TEST(ProductsAreRight, WithTheLibraryAsItIs) {
  EXPECT_TRUE(products_are_right());
}

}  // namespace
}  // namespace gradtable::detail
