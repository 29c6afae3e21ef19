#include "gradtable/ops/detail/simd.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include <gtest/gtest.h>

namespace gradtable::detail {
namespace {

constexpr std::size_t kSize = 64;
template <class T>
using Numbers = std::array<T, kSize>;

// -6.4 to 6.2
template <class T>
Numbers<T> some_numbers() {
  Numbers<T> x;
  for (std::size_t i = 0; i < kSize; ++i) x[i] = T(0.2) * (static_cast<T>(i) - T(32));
  return x;
}

// Expects f, run with each instruction set that there is, to give g within a few units in the last place.
template <class T, class F, class G>
void expect_near_everywhere(const F& f, const G& g) {
  const Numbers<T> x = some_numbers<T>();
  for (int set = 0; set <= static_cast<int>(instruction_set()); ++set) {
    Numbers<T> y{};
    simd(
        [f, from = x.data(), to = y.data()]() GRADTABLE_INLINE {
          for (std::size_t i = 0; i < kSize; ++i) to[i] = f(from[i]);
        },
        static_cast<InstructionSet>(set));
    for (std::size_t i = 0; i < kSize; ++i) {
      const T expected = g(x[i]);
      EXPECT_NEAR(y[i], expected, 4 * std::numeric_limits<T>::epsilon() * std::abs(expected))
          << "instruction set " << set << ", x = " << x[i];
    }
  }
}

template <class T>
void expect_functions() {
  expect_near_everywhere<T>([](T x) GRADTABLE_INLINE { return exp(x); }, [](T x) { return std::exp(x); });
  expect_near_everywhere<T>([](T x) GRADTABLE_INLINE { return tanh(x); }, [](T x) { return std::tanh(x); });
  expect_near_everywhere<T>([](T x) GRADTABLE_INLINE { return log(x + T(7)); },
                            [](T x) { return std::log(x + T(7)); });
}

TEST(Simd, GivesNearlyTheValuesOfLibmWithEveryInstructionSet) {
  expect_functions<float>();
  expect_functions<double>();
}

}  // namespace
}  // namespace gradtable::detail
