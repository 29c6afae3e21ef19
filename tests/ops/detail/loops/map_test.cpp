#include "gradtable/ops/detail/loops/map.hpp"

#include <array>
#include <cstdint>

#include <gtest/gtest.h>

namespace gradtable::detail {
namespace {

constexpr std::size_t kSize = 64;
using Numbers = std::array<float, kSize>;

// -6.4 to 6.2
Numbers some_numbers() {
  Numbers x;
  for (std::size_t i = 0; i < kSize; ++i) x[i] = 0.2F * (static_cast<float>(i) - 32);
  return x;
}

TEST(Map, GivesTheSameBitsForEveryCountAndPlace) {
  const Numbers x = some_numbers();
  const auto f = [](float value, float factor) GRADTABLE_INLINE { return exp(factor * value) + tanh(value); };
  Numbers whole;
  map(f, kSize, whole.data(), x.data(), Repeated<float>{1.3F});
  for (std::int64_t begin = 0; begin < 20; ++begin) {
    for (std::int64_t count = 0; count < 40; ++count) {
      Numbers y;
      y.fill(7);
      map(f, count, y.data(), x.data() + begin, Repeated<float>{1.3F});
      for (std::int64_t i = 0; i < count; ++i)
        EXPECT_EQ(y[static_cast<std::size_t>(i)], whole[static_cast<std::size_t>(begin + i)]);
      EXPECT_EQ(y[static_cast<std::size_t>(count)], 7);
    }
  }
}

}  // namespace
}  // namespace gradtable::detail
