#include "gradtable/graph/peak.hpp"

#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

TEST(MeasuredPeak, IsThatOfTheLibrarysOwnPrograms) {
  const MachinePeak peak = measured_peak(1);
  EXPECT_TRUE(peak.is_measured);
  EXPECT_GT(peak.flops_per_second, 1e8);
  EXPECT_GT(peak.bytes_per_second, 1e8);
  EXPECT_LT(peak.flops_per_second, 1e13);
  EXPECT_LT(peak.bytes_per_second, 1e13);
}

TEST(MeasuredPeak, OfNoThreadsIsRefused) {
  EXPECT_THROW(measured_peak(0), GraphError);
}

}  // namespace
}  // namespace gradtable
