#include "gradtable/ops/detail/loops/simd.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace gradtable::detail {
namespace {

constexpr std::size_t kSetSize = 64;
template <class T>
using NumbersOf = std::array<T, kSetSize>;

// -6.4 to 6.2
template <class T>
NumbersOf<T> some_numbers() {
  NumbersOf<T> x;
  for (std::size_t i = 0; i < kSetSize; ++i) x[i] = T(0.2) * (static_cast<T>(i) - T(32));
  return x;
}

// Zeros, denormals, limits, large arguments of sin, whole exponents, infinities and NaN, again and again.
template <class T>
NumbersOf<T> special_numbers() {
  using Limits = std::numeric_limits<T>;
  const T several[] = {T(0),
                       T(-0.0),
                       Limits::denorm_min(),
                       -Limits::denorm_min(),
                       Limits::min(),
                       -Limits::min(),
                       Limits::max(),
                       -Limits::max(),
                       T(1),
                       T(-1),
                       T(2),
                       T(-3),
                       T(0.5),
                       T(1e5),
                       T(-1e10),
                       T(1e-5),
                       T(30),
                       T(-30),
                       T(88),
                       T(-104),
                       Limits::infinity(),
                       -Limits::infinity(),
                       Limits::quiet_NaN()};
  NumbersOf<T> x;
  for (std::size_t i = 0; i < kSetSize; ++i) x[i] = several[i % std::size(several)];
  return x;
}

// f of all numbers, two operands at a time, run with each instruction set that there is.
template <class T, class F>
void for_each_set(const F& f, const NumbersOf<T>& a, const NumbersOf<T>& b,
                  const std::function<void(int set, const NumbersOf<T>& y)>& check) {
  for (int set = 0; set <= static_cast<int>(instruction_set()); ++set) {
    NumbersOf<T> y{};
    simd(
        [f, x = a.data(), z = b.data(), to = y.data()]() GRADTABLE_INLINE {
          for (std::size_t i = 0; i < kSetSize; ++i) to[i] = f(x[i], z[i]);
        },
        static_cast<InstructionSet>(set));
    check(set, y);
  }
}

// Whether y is expected: within 4 units in the last place, or both NaN, or the same infinity. Denormals are
// as coarse as they are.
template <class T>
bool is_near(T y, T expected) {
  if (std::isnan(expected) || std::isinf(expected))
    return y == expected || (std::isnan(y) && std::isnan(expected));
  const T unit = std::numeric_limits<T>::epsilon() * std::abs(expected);
  return std::abs(y - expected) <= std::max(4 * unit, 4 * std::numeric_limits<T>::denorm_min());
}

// Expects f to give g for the pairs (a[i], b[j]) of special numbers and ordinary ones.
template <class T, class F, class G>
void expect_near_everywhere(const F& f, const G& g) {
  const NumbersOf<T> ordinary = some_numbers<T>(), special = special_numbers<T>();
  for (const NumbersOf<T>& a : {ordinary, special}) {
    for (std::size_t shift = 0; shift < kSetSize; ++shift) {
      NumbersOf<T> b = shift % 2 == 0 ? special : ordinary;
      std::rotate(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(shift), b.end());
      for_each_set<T>(f, a, b, [&](int set, const NumbersOf<T>& y) {
        for (std::size_t i = 0; i < kSetSize; ++i)
          EXPECT_TRUE(is_near<T>(y[i], g(a[i], b[i])))
              << y[i] << " in place of " << g(a[i], b[i]) << ", instruction set " << set << ", at " << a[i]
              << ", " << b[i];
      });
    }
  }
}

template <class T>
void expect_functions() {
  expect_near_everywhere<T>([](T x, T) GRADTABLE_INLINE { return exp(x); },
                            [](T x, T) { return std::exp(x); });
  expect_near_everywhere<T>([](T x, T) GRADTABLE_INLINE { return expm1(x); },
                            [](T x, T) { return std::expm1(x); });
  expect_near_everywhere<T>([](T x, T) GRADTABLE_INLINE { return log(x); },
                            [](T x, T) { return std::log(x); });
  expect_near_everywhere<T>([](T x, T) GRADTABLE_INLINE { return log1p(x); },
                            [](T x, T) { return std::log1p(x); });
  expect_near_everywhere<T>([](T x, T) GRADTABLE_INLINE { return sin(x); },
                            [](T x, T) { return std::sin(x); });
  expect_near_everywhere<T>([](T x, T) GRADTABLE_INLINE { return cos(x); },
                            [](T x, T) { return std::cos(x); });
  expect_near_everywhere<T>([](T x, T) GRADTABLE_INLINE { return tanh(x); },
                            [](T x, T) { return std::tanh(x); });
  expect_near_everywhere<T>([](T x, T) GRADTABLE_INLINE { return erf(x); },
                            [](T x, T) { return std::erf(x); });
  expect_near_everywhere<T>([](T x, T) GRADTABLE_INLINE { return erfc(x); },
                            [](T x, T) { return std::erfc(x); });
  expect_near_everywhere<T>([](T x, T y) GRADTABLE_INLINE { return pow(x, y); },
                            [](T x, T y) { return std::pow(x, y); });
}

TEST(Simd, GivesNearlyTheValuesOfLibmWithEveryInstructionSet) {
  expect_functions<float>();
  expect_functions<double>();
}

}  // namespace
}  // namespace gradtable::detail
