#include "gradtable/models/training/early_stopping.hpp"

#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::kNaN;

TEST(EarlyStopping, RemembersTheBestEpoch) {
  EarlyStopping lower(Better::lower), higher(Better::higher);
  std::int64_t epoch = 0;
  for (const double metric : {0.5, 0.3, 0.4, 0.3}) {
    ++epoch;
    EXPECT_EQ(lower.is_best(epoch, metric), epoch <= 2) << epoch;
    EXPECT_EQ(higher.is_best(epoch, metric), epoch == 1) << epoch;
  }
  EXPECT_EQ(lower.state().best_epoch, 2);
  EXPECT_EQ(lower.state().best, 0.3);
  EXPECT_EQ(higher.state().best_epoch, 1);
}

TEST(EarlyStopping, StopsAfterSoManyEpochsWithoutABetterOne) {
  EarlyStopping stopping(Better::lower, 2);
  stopping.is_best(1, 1);
  stopping.is_best(2, 2);
  EXPECT_FALSE(stopping.stop());
  EarlyStopping resumed(Better::lower, 2);
  resumed.restore(stopping.state());
  for (EarlyStopping* each : {&stopping, &resumed}) {
    EXPECT_FALSE(each->is_best(3, 1));
    EXPECT_TRUE(each->stop());
  }
}

TEST(EarlyStopping, GoesOnForEverWithoutPatience) {
  EarlyStopping stopping;
  for (std::int64_t epoch = 1; epoch < 1000; ++epoch) stopping.is_best(epoch, 1);
  EXPECT_FALSE(stopping.stop());
}

TEST(EarlyStopping, TakesNoNumberForNoMetric) {
  EarlyStopping stopping(Better::higher, 3);
  EXPECT_FALSE(stopping.is_best(1, kNaN));
  EXPECT_TRUE(stopping.is_best(2, 0.1));
  EXPECT_FALSE(stopping.is_best(3, kNaN));
  EXPECT_EQ(stopping.state().best_epoch, 2);
}

TEST(EarlyStopping, RefusesPatienceBelowZero) {
  EXPECT_THROW(EarlyStopping(Better::lower, -1), ConfigError);
}

}  // namespace
}  // namespace gradtable
