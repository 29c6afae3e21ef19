// Many numbers joined to one. Sums of float32 keep their digits however many numbers they have: trees of
// eight numbers or fewer are added in float32, kTogether of them one after the other, and what these give is
// added in float64. So the error of a sum does not grow with its numbers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "gradtable/ops/detail/loops/simd.hpp"

namespace gradtable::detail {

// Numbers, or trees of them, that are joined in their own type one after the other.
constexpr std::int64_t kTogether = 16;

// How two numbers become one, the number that leaves the other as it is, and the type in which more of
// them are joined. (Every product is rounded relative to itself: of many, a few in float64 would
// change little.)
struct Add {
  template <class T>
  using Wide = double;
  template <class T>
  static constexpr T kNeutral = 0;
  template <class T>
  GRADTABLE_INLINE T operator()(T a, T b) const {
    return a + b;
  }
};

struct Multiply {
  template <class T>
  using Wide = T;
  template <class T>
  static constexpr T kNeutral = 1;
  template <class T>
  GRADTABLE_INLINE T operator()(T a, T b) const {
    return a * b;
  }
};

// NaN is larger and smaller than all numbers.
struct Larger {
  template <class T>
  using Wide = T;
  template <class T>
  static constexpr T kNeutral = -std::numeric_limits<T>::infinity();
  template <class T>
  GRADTABLE_INLINE T operator()(T a, T b) const {
    return a > b || a != a ? a : b;
  }
};

struct Smaller {
  template <class T>
  using Wide = T;
  template <class T>
  static constexpr T kNeutral = std::numeric_limits<T>::infinity();
  template <class T>
  GRADTABLE_INLINE T operator()(T a, T b) const {
    return a < b || a != a ? a : b;
  }
};

// NaN is no number.
struct LargerNumber {
  template <class T>
  using Wide = T;
  template <class T>
  static constexpr T kNeutral = -std::numeric_limits<T>::infinity();
  template <class T>
  GRADTABLE_INLINE T operator()(T a, T b) const {
    return a < b ? b : a;
  }
};

template <class Join, class T>
using WideOf = typename Join::template Wide<T>;

// n(first), ..., n(first + Count - 1) joined in a tree; Count is a power of two.
template <std::int64_t Count, class Join, class Term>
GRADTABLE_INLINE inline auto join_tree(const Join& join, const Term& n, std::int64_t first = 0) {
  if constexpr (Count == 1)
    return n(first);
  else
    return join(join_tree<Count / 2>(join, n, first), join_tree<Count / 2>(join, n, first + Count / 2));
}

// Lanes that rows are folded in, numbers that are joined there one after the other, and numbers of a block:
// eight in each lane.
constexpr std::int64_t kRowLanes = 32, kInLanes = 2 * kTogether * kRowLanes, kFolded = 8 * kRowLanes;

// lanes[0] = all of the lanes joined, in a tree.
template <std::int64_t Lanes = kRowLanes, class T, class Join>
GRADTABLE_INLINE inline T join_lanes(T* lanes, const Join& join) {
  constexpr std::int64_t kHalf = Lanes / 2;
  for (std::int64_t lane = 0; lane < kHalf; ++lane) lanes[lane] = join(lanes[lane], lanes[lane + kHalf]);
  if constexpr (kHalf > 1) join_lanes<kHalf>(lanes, join);
  return lanes[0];
}

// term(begin), ..., term(end - 1) joined one after the other.
template <class T, class Join, class Term>
GRADTABLE_INLINE inline T fold_few(std::int64_t begin, std::int64_t end, const Join& join, const Term& term) {
  T joined = Join::template kNeutral<T>;
  for (std::int64_t i = begin; i < end; ++i) joined = join(joined, term(i));
  return joined;
}

// lanes[i % kRowLanes] = that joined with term(i), for i in [begin, end), a row after the other.
template <class T, class Join, class Term>
GRADTABLE_INLINE inline void add_rows(std::int64_t begin, std::int64_t end, T* lanes, const Join& join,
                                      const Term& term) {
  for (; begin + kRowLanes <= end; begin += kRowLanes) {
    for (std::int64_t lane = 0; lane < kRowLanes; ++lane) lanes[lane] = join(lanes[lane], term(begin + lane));
  }
  for (std::int64_t lane = 0; begin + lane < end; ++lane) lanes[lane] = join(lanes[lane], term(begin + lane));
}

// The same for whole blocks, a tree in each lane after the other.
template <class T, class Join, class Term>
GRADTABLE_INLINE inline void add_blocks(std::int64_t begin, std::int64_t end, T* lanes, const Join& join,
                                        const Term& term) {
  for (std::int64_t i = begin; i < end; i += kFolded) {
    for (std::int64_t lane = 0; lane < kRowLanes; ++lane) {
      const auto n = [&](std::int64_t row) GRADTABLE_INLINE { return term(i + row * kRowLanes + lane); };
      lanes[lane] = join(lanes[lane], join_tree<8>(join, n));
    }
  }
}

// Of more numbers than are joined in T: what is left behind whole blocks, then these.
template <class T, class Join, class Term>
GRADTABLE_INLINE inline WideOf<Join, T> fold_many(std::int64_t count, const Join& join, const Term& term) {
  using Wide = WideOf<Join, T>;
  const std::int64_t whole = count / kFolded * kFolded;
  Wide sum = Join::template kNeutral<Wide>;
  T lanes[kRowLanes];
  std::fill_n(lanes, kRowLanes, Join::template kNeutral<T>);
  add_rows(whole, count, lanes, join, term);
  for (std::int64_t i = 0; i < whole; i += kTogether * kFolded) {
    add_blocks(i, std::min(i + kTogether * kFolded, whole), lanes, join, term);
    sum = join(sum, static_cast<Wide>(join_lanes(lanes, join)));
    std::fill_n(lanes, kRowLanes, Join::template kNeutral<T>);
  }
  return sum;
}

// join(term(0), ..., term(count - 1)) in a fixed tree of lanes. For bodies of simd.
template <class T, class Join, class Term>
GRADTABLE_INLINE inline WideOf<Join, T> fold_of(std::int64_t count, const Join& join, const Term& term) {
  if (count <= kTogether) return fold_few<T>(0, count, join, term);
  if (count < kRowLanes)
    return join(fold_few<T>(0, kTogether, join, term), fold_few<T>(kTogether, count, join, term));
  if (count > kInLanes) return fold_many<T>(count, join, term);
  T lanes[kRowLanes];
  std::fill_n(lanes, kRowLanes, Join::template kNeutral<T>);
  add_rows(0, count, lanes, join, term);
  return join_lanes(lanes, join);
}

// term(0) + ... + term(count - 1)
template <class T, class Term>
GRADTABLE_INLINE inline double sum_of(std::int64_t count, const Term& term) {
  return fold_of<T>(count, Add(), term);
}

// The largest of x[0], ..., x[count - 1] that is not NaN; -inf when there is none.
template <class T>
GRADTABLE_INLINE inline T largest_of(const T* x, std::int64_t count) {
  return fold_of<T>(count, LargerNumber(), [x](std::int64_t i) GRADTABLE_INLINE { return x[i]; });
}

}  // namespace gradtable::detail
