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

TEST(InBytes, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(in_bytes(0), "0 bytes");
  EXPECT_EQ(in_bytes(512), "512 bytes");
  EXPECT_EQ(in_bytes(999), "999 bytes");
  EXPECT_EQ(in_bytes(1000), "1 kB");
  EXPECT_EQ(in_bytes(101'770), "102 kB");
  EXPECT_EQ(in_bytes(47e6), "47 MB");
  EXPECT_EQ(in_bytes(1.5e9), "1.5 GB");
}

TEST(InBytes, TakesTheNextUnitForWhatIsRoundedUpToIt) {
  EXPECT_EQ(in_bytes(999'400), "999 kB");
  EXPECT_EQ(in_bytes(999'600), "1 MB");
  EXPECT_EQ(in_bytes(999.96e9), "1 TB");
}

TEST(InBytes, WritesOutWhatIsBeyondTheLastUnit) {
  EXPECT_EQ(in_bytes(5e15), "5000 TB");
  EXPECT_EQ(in_bytes(999.7e12), "1000 TB");
}

TEST(InOperations, CountsInWords) {
  EXPECT_EQ(in_operations(784), "784");
  EXPECT_EQ(in_operations(999.6), "1 thousand");
  EXPECT_EQ(in_operations(2.345e6), "2.35 million");
  EXPECT_EQ(in_operations(5e12), "5 trillion");
  EXPECT_EQ(in_operations(5e18), "5000000 trillion");
}

}  // namespace
}  // namespace classifier
