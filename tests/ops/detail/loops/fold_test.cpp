#include "gradtable/ops/detail/loops/fold.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace gradtable::detail {
namespace {

TEST(SumOf, AddsEveryTermOnce) {
  for (std::int64_t count = 0; count < 1000; ++count)
    EXPECT_EQ(sum_of<double>(count, [](std::int64_t i) { return static_cast<double>(i); }),
              static_cast<double>(count * (count - 1) / 2));
}

TEST(LargestOf, FindsTheLargestAtEveryPlaceAndIgnoresNaN) {
  for (std::int64_t count = 2; count < 100; ++count) {
    for (std::int64_t place = 0; place < count; ++place) {
      std::array<double, 100> x{};
      x[static_cast<std::size_t>(place)] = 5;
      x[static_cast<std::size_t>((place + 1) % count)] = std::numeric_limits<double>::quiet_NaN();
      EXPECT_EQ(largest_of(x.data(), count), 5) << count << ", " << place;
    }
  }
}

// The bound of fold.hpp, for numbers that are rounded in the same direction again and again.
TEST(SumOf, KeepsTheDigitsOfFloat32) {
  for (const float number : {0.1F, 0.1307F, 0.3081F, 0.7F, 1.1F, 1e-30F, 3e30F}) {
    for (std::int64_t count = 1; count < 100'000; count += 1 + count / 7) {
      const double sum = sum_of<float>(count, [=](std::int64_t) { return number; });
      const double right = static_cast<double>(count) * static_cast<double>(number);
      EXPECT_LT(std::abs(sum - right), 1e-6 * right) << count << " times " << number;
    }
  }
}

}  // namespace
}  // namespace gradtable::detail
