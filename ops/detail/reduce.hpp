// The loops of reductions over any axes: all numbers along them joined to one.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "gradtable/core/op.hpp"
#include "gradtable/ops/detail/map.hpp"
#include "gradtable/ops/detail/strides.hpp"

namespace gradtable::detail {

// How two numbers become one, and the number that leaves the other as it is.
struct Add {
  template <class T>
  static constexpr T kNeutral = 0;
  template <class T>
  GRADTABLE_INLINE T operator()(T a, T b) const {
    return a + b;
  }
};

struct Multiply {
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
  static constexpr T kNeutral = -std::numeric_limits<T>::infinity();
  template <class T>
  GRADTABLE_INLINE T operator()(T a, T b) const {
    return a > b || a != a ? a : b;
  }
};

struct Smaller {
  template <class T>
  static constexpr T kNeutral = std::numeric_limits<T>::infinity();
  template <class T>
  GRADTABLE_INLINE T operator()(T a, T b) const {
    return a < b || a != a ? a : b;
  }
};

// What is joined: the number itself, wherever it goes.
constexpr auto kItself = [](auto x, std::int64_t) GRADTABLE_INLINE { return x; };

// y[j] = y[j] joined with term(x[j], j) of each row of a walk, for j < count. Rows are joined eight at a time
// in a tree.
template <class T, class Join, class Term>
void join_columns(const Walk<1>& rows, const T* x, T* y, std::int64_t count, Join join, Term term) {
  rows.for_pieces(0, rows.size(), [&](const std::array<std::int64_t, 1>& at, std::int64_t height) {
    simd([=, from = x + at[0], stride = rows.run_stride(0)]() GRADTABLE_INLINE {
      std::int64_t row = 0;
      for (; row + 8 <= height; row += 8) {
        const T* r = from + row * stride;
        GRADTABLE_INDEPENDENT
        for (std::int64_t j = 0; j < count; ++j) {
          const auto n = [=](std::int64_t i) GRADTABLE_INLINE { return term(r[i * stride + j], j); };
          y[j] = join(
              y[j], join(join(join(n(0), n(1)), join(n(2), n(3))), join(join(n(4), n(5)), join(n(6), n(7)))));
        }
      }
      for (; row < height; ++row) {
        GRADTABLE_INDEPENDENT
        for (std::int64_t j = 0; j < count; ++j) y[j] = join(y[j], term(from[row * stride + j], j));
      }
    });
  });
}

// y[j] = y[j] joined with term(x, j) of each x[j * step + ...] of a walk, whose runs lie in one piece, for
// j < count.
template <class T, class Join, class Term>
void join_runs(const Walk<1>& runs, const T* x, std::int64_t step, T* y, std::int64_t count, Join join,
               Term term) {
  runs.for_pieces(0, runs.size(), [&](const std::array<std::int64_t, 1>& at, std::int64_t run) {
    simd([=, from = x + at[0]]() GRADTABLE_INLINE {
      for (std::int64_t j = 0; j < count; ++j) {
        const auto n = [=, numbers = from + j * step](std::int64_t i)
                           GRADTABLE_INLINE { return term(numbers[i], j); };
        y[j] = join(y[j], fold_of(run, Join::template kNeutral<T>, join, n));
      }
    });
  });
}

// y[j] = term(x, j) joined over the axes on which `kept`, of x's rank, has an extent of 1, for the elements j
// in [begin, end) of the result; y and j begin with the first of them. The order follows from the shapes
// alone.
template <class Join, class T, class Term>
void reduce(const T* x, const Shape& from, T* y, const Shape& kept, Parts elements, const Term& term) {
  const Strides strides = dense_strides(from);
  std::array<std::int64_t, Shape::kMaxRank> extents{};
  for (int axis = 0; axis < from.rank(); ++axis)
    extents[static_cast<std::size_t>(axis)] = kept[axis] == from[axis] ? 1 : from[axis];
  const Walk<1> joined(
      Shape(std::span<const std::int64_t>(extents).first(static_cast<std::size_t>(from.rank()))), {strides});
  const Walk<1> outer(kept, {strides});
  const bool columns = outer.run_stride(0) == 1 && joined.run_stride(0) != 1;
  std::fill_n(y, elements.end - elements.begin, Join::template kNeutral<T>);
  std::int64_t done = 0;
  outer.for_pieces(elements.begin, elements.end,
                   [&](const std::array<std::int64_t, 1>& at, std::int64_t count) {
                     const auto shifted = [term, done](T number, std::int64_t j)
                                              GRADTABLE_INLINE { return term(number, done + j); };
                     if (columns)
                       join_columns(joined, x + at[0], y + done, count, Join(), shifted);
                     else
                       join_runs(joined, x + at[0], outer.run_stride(0), y + done, count, Join(), shifted);
                     done += count;
                   });
}

}  // namespace gradtable::detail
