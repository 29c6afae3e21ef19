// The one loop of element-wise functions, and the one that folds a row to a number beside it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "gradtable/ops/detail/simd.hpp"

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

// Lanes that rows are folded in.
constexpr std::int64_t kLanes = 32;

// lanes[0] = all of the lanes joined, in a tree.
template <std::int64_t Lanes = kLanes, class T, class F>
GRADTABLE_INLINE inline void join_lanes(T* lanes, const F& join) {
  constexpr std::int64_t kHalf = Lanes / 2;
  for (std::int64_t lane = 0; lane < kHalf; ++lane) lanes[lane] = join(lanes[lane], lanes[lane + kHalf]);
  if constexpr (kHalf > 1) join_lanes<kHalf>(lanes, join);
}

// join(term(0), ..., term(count - 1)) in a fixed tree of lanes, for a sum faster and more exact than one
// after the other; `neutral` changes nothing that it is joined with. For bodies of simd.
template <class T, class Join, class Term>
GRADTABLE_INLINE inline T fold_of(std::int64_t count, T neutral, const Join& join, const Term& term) {
  if (count < kLanes) {
    for (std::int64_t i = 0; i < count; ++i) neutral = join(neutral, term(i));
    return neutral;
  }
  T lanes[kLanes];
  std::fill_n(lanes, kLanes, neutral);
  const std::int64_t whole = count / kLanes * kLanes;
  for (std::int64_t i = 0; i < whole; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] = join(lanes[lane], term(i + lane));
  }
  for (std::int64_t i = whole; i < count; ++i) lanes[i - whole] = join(lanes[i - whole], term(i));
  join_lanes(lanes, join);
  return lanes[0];
}

// term(0) + ... + term(count - 1)
template <class T, class F>
GRADTABLE_INLINE inline T sum_of(std::int64_t count, const F& term) {
  return fold_of(
      count, T{0}, [](T a, T b) GRADTABLE_INLINE { return a + b; }, term);
}

// The largest of x[0], ..., x[count - 1] that is not NaN; -inf when there is none.
template <class T>
GRADTABLE_INLINE inline T largest_of(const T* x, std::int64_t count) {
  return fold_of(
      count, -std::numeric_limits<T>::infinity(), [](T a, T b) GRADTABLE_INLINE { return a < b ? b : a; },
      [x](std::int64_t i) GRADTABLE_INLINE { return x[i]; });
}

}  // namespace gradtable::detail
