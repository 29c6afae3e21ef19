// The one loop of element-wise functions.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "gradtable/ops/detail/loops/simd.hpp"

namespace gradtable::detail {

// Elements that map takes at once, enough for the widest vectors.
constexpr std::int64_t kBlock = 16;

// A number in place of the numbers of an operand.
template <class T>
struct Repeated {
  T value;
  T operator[](std::int64_t) const { return value; }
};

// The last elements of an operand, fewer than a block, followed by others.
template <class X>
class Padded;

template <class T>
class Padded<const T*> {
 public:
  Padded(const T* x, std::int64_t begin, std::int64_t count) {
    numbers_.fill(x[begin]);
    std::copy_n(x + begin, count, numbers_.begin());
  }
  const T* operand() const { return numbers_.data(); }

 private:
  std::array<T, kBlock> numbers_;
};

template <class T>
class Padded<Repeated<T>> {
 public:
  Padded(Repeated<T> x, std::int64_t, std::int64_t) : x_(x) {}
  Repeated<T> operand() const { return x_; }

 private:
  Repeated<T> x_;
};

// Everything by value: no store to y, which bytes could be, changes f or where x lies.
template <class T, class F, class... X>
GRADTABLE_INLINE inline void map_elements(const F f, std::int64_t count, T* y, X... x) {
  GRADTABLE_INDEPENDENT
  for (std::int64_t i = 0; i < count; ++i) y[i] = f(x[i]...);
}

template <class T, class F, class... X>
void map_blocks(const F& f, std::int64_t blocks, T* y, X... x) {
  simd([=]() GRADTABLE_INLINE { map_elements(f, blocks * kBlock, y, x...); });
}

// y[i] = f(x[i]...) for i < count; each x is a const T* or Repeated<T>, and y may be one of them. An element
// has the same bits wherever it stands: what is left after the last whole block is padded to one.
template <class T, class F, class... X>
void map(const F& f, std::int64_t count, T* y, X... x) {
  const std::int64_t rest = count % kBlock, whole = count - rest;
  if (whole > 0) map_blocks(f, whole / kBlock, y, x...);
  if (rest == 0) return;
  std::array<T, kBlock> last;
  const auto compute_last = [&](const auto&... padded) {
    map_blocks(f, 1, last.data(), padded.operand()...);
  };
  compute_last(Padded<X>(x, whole, rest)...);
  std::copy_n(last.begin(), rest, y + whole);
}

}  // namespace gradtable::detail
