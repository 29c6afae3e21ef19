#include "gradtable/core/machine/spin_wait.hpp"

#include <gtest/gtest.h>

#include "gradtable/core/machine/cores.hpp"

namespace gradtable::detail {
namespace {

TEST(PausesFor, AreNoneWithMoreThreadsThanCores) {
  EXPECT_GT(pauses_for(1), 0);
  EXPECT_EQ(pauses_for(available_cores() + 1), 0);
}

TEST(Spin, EndsAsSoonAsItIsDone) {
  int looks = 0;
  EXPECT_TRUE(spin(10, [&] { return ++looks == 3; }));
  EXPECT_EQ(looks, 3);
}

TEST(Spin, GivesUpAfterItsPauses) {
  int looks = 0;
  EXPECT_FALSE(spin(10, [&] { return ++looks < 0; }));
  EXPECT_EQ(looks, 11);
}

TEST(SpinThenYield, GoesOnUntilItIsDone) {
  int looks = 0;
  spin_then_yield(10, [&] { return ++looks == 100; });
  EXPECT_EQ(looks, 100);
}

}  // namespace
}  // namespace gradtable::detail
