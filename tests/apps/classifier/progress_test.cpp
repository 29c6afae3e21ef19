#include "apps/classifier/progress.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace classifier {
namespace {

TEST(Duration, IsReadable) {
  EXPECT_EQ(duration(0), "0 s");
  EXPECT_EQ(duration(0.2), "1 s");
  EXPECT_EQ(duration(59.5), "1:00 min");
  EXPECT_EQ(duration(725), "12:05 min");
  EXPECT_EQ(duration(3723), "1:02:03 h");
  EXPECT_EQ(duration(360000), "100:00:00 h");
}

TEST(Duration, TakesAnyNumber) {
  EXPECT_EQ(duration(-1), "0 s");
  EXPECT_EQ(duration(std::numeric_limits<double>::quiet_NaN()), "0 s");
  EXPECT_EQ(duration(std::numeric_limits<double>::infinity()), duration(1e9));
}

}  // namespace
}  // namespace classifier
