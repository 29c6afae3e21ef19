#include "gradtable/models/report/detail/ticks.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace gradtable::report::detail {
namespace {

std::vector<std::string> labels(const std::vector<double>& ticks) {
  std::vector<std::string> texts;
  for (const double tick : ticks) texts.push_back(tick_label(tick, ticks[1] - ticks[0]));
  return texts;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_DOUBLE_EQ(found[i], expected[i]);
}

using Texts = std::vector<std::string>;

TEST(LinearTicks, AreRoundAndReachOverTheNumbers) {
  EXPECT_EQ(labels(linear_ticks(0.11, 0.94, 5)), (Texts{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
  EXPECT_EQ(labels(linear_ticks(-3, 12, 4)), (Texts{"-5", "0", "5", "10", "15"}));
  EXPECT_EQ(labels(linear_ticks(0.2, 1, 4)), (Texts{"0.2", "0.4", "0.6", "0.8", "1.0"}));
}

TEST(LinearTicks, KeepTheLeastStep) {
  EXPECT_EQ(labels(linear_ticks(1, 3, 8, 1)), (Texts{"1", "2", "3"}));
  EXPECT_EQ(labels(linear_ticks(1, 40, 8, 1)), (Texts{"0", "5", "10", "15", "20", "25", "30", "35", "40"}));
}

TEST(LinearTicks, SurroundANumberThatStandsAlone) {
  for (const double value : {0.0, 1.0, -7.5, 1e200, 1e-200, 5e-324}) {
    const std::vector<double> ticks = linear_ticks(value, value, 5);
    ASSERT_GE(ticks.size(), 2U) << value;
    EXPECT_LE(ticks.size(), 8U) << value;
    EXPECT_LE(ticks.front(), value);
    EXPECT_GE(ticks.back(), value);
  }
}

TEST(LinearTicks, AreFewWhereNumbersHardlyDiffer) {
  EXPECT_LE(linear_ticks(1e15, std::nextafter(1e15, 2e15), 5).size(), 8U);
}

TEST(LogarithmicTicks, EndOnOneTwoOrFive) {
  EXPECT_EQ(logarithmic_ticks(0.3, 4), (std::vector{0.2, 0.5, 1.0, 2.0, 5.0}));
  EXPECT_EQ(logarithmic_ticks(1, 10), (std::vector{1.0, 2.0, 5.0, 10.0}));
}

TEST(LogarithmicTicks, ArePowersOfTenWhereThereAreMany) {
  expect_near(logarithmic_ticks(0.006, 1.5), {0.005, 0.01, 0.1, 1.0, 2.0});
  expect_near(logarithmic_ticks(3e-4, 7), {1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0});
  EXPECT_LE(logarithmic_ticks(1e-200, 1e100).size(), 10U);
}

TEST(TickLabel, HasTheDigitsThatTellTicksApart) {
  EXPECT_EQ(tick_label(0.3, 0.1), "0.3");
  EXPECT_EQ(tick_label(0.25, 0.05), "0.25");
  EXPECT_EQ(tick_label(-0.0, 1), "0");
  EXPECT_EQ(tick_label(2e-6, 1e-6), "2e-06");
  EXPECT_EQ(tick_label(3e7, 1e7), "3e+07");
}

}  // namespace
}  // namespace gradtable::report::detail
