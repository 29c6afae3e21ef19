// The loops of reductions over any axes: all numbers along them joined to one.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include "gradtable/core/op.hpp"
#include "gradtable/ops/detail/loops/fold.hpp"
#include "gradtable/ops/detail/loops/strides.hpp"

namespace gradtable::detail {

// What is joined: the number itself, wherever it goes.
constexpr auto kItself = [](auto x, std::int64_t) GRADTABLE_INLINE { return x; };

// y[j] = y[j] joined with term(x[j], j) of Rows rows, joined in a tree, for j < count. For bodies of simd.
template <std::int64_t Rows, class T, class Join, class Term>
GRADTABLE_INLINE inline void join_rows(const T* x, std::int64_t stride, T* y, std::int64_t count, Join join,
                                       Term term) {
  GRADTABLE_INDEPENDENT
  for (std::int64_t j = 0; j < count; ++j) {
    const auto n = [=](std::int64_t i) GRADTABLE_INLINE { return term(x[i * stride + j], j); };
    y[j] = join(y[j], join_tree<Rows>(join, n));
  }
}

// The trees that rows are joined in: of eight, and those that are left.
inline std::int64_t trees_of(std::int64_t rows) {
  return rows / 8 + (rows & 4) / 4 + (rows & 2) / 2 + (rows & 1);
}

// y[j] = y[j] joined with term(x[j], j) of each row, for j < count.
template <class T, class Join, class Term>
void join_trees(const T* x, std::int64_t stride, std::int64_t rows, T* y, std::int64_t count, Join join,
                Term term) {
  simd([=]() GRADTABLE_INLINE {
    const T* row = x;
    for (std::int64_t i = 8; i <= rows; i += 8, row += 8 * stride)
      join_rows<8>(row, stride, y, count, join, term);
    if ((rows & 4) != 0) join_rows<4>(row, stride, y, count, join, term);
    if ((rows & 2) != 0) join_rows<2>(row + (rows & 4) * stride, stride, y, count, join, term);
    if ((rows & 1) != 0) join_rows<1>(row + (rows & 6) * stride, stride, y, count, join, term);
  });
}

// Columns that are joined at once, within the first-level cache.
constexpr std::int64_t kMostColumns = 4096;

// Adds what was joined of columns in their own type to totals of a wider one, and begins anew.
template <class T, class Join>
void move_to_totals(T* sums, WideOf<Join, T>* totals, std::int64_t count, Join join) {
  simd([=]() GRADTABLE_INLINE {
    GRADTABLE_INDEPENDENT
    for (std::int64_t j = 0; j < count; ++j) {
      totals[j] = join(totals[j], static_cast<WideOf<Join, T>>(sums[j]));
      sums[j] = Join::template kNeutral<T>;
    }
  });
}

// y[j] = y[j] joined with term(x[j], j) of each row of a walk, for j < count; y is of T where trees are few.
template <class T, class Join, class Term>
void join_columns(const Walk<1>& rows, const T* x, T* y, std::int64_t count, Join join, Term term) {
  rows.for_pieces(0, rows.size(), [&](const std::array<std::int64_t, 1>& at, std::int64_t height) {
    join_trees(x + at[0], rows.run_stride(0), height, y, count, join, term);
  });
}

// At most Most columns of any number of rows, which are joined in the type that Join has for many.
template <class T, class Join, std::int64_t Most = kMostColumns>
class WideColumns {
 public:
  using Wide = WideOf<Join, T>;

  // Totals are joined with what comes.
  WideColumns(Wide* totals, std::int64_t count) : totals_(totals), count_(count) {
    if constexpr (kIsWider) std::fill_n(sums_.data(), count, Join::template kNeutral<T>);
  }

  // Where rows come in pieces of a multiple of eight, the bits are those of all at once.
  template <class Term>
  void join(const Walk<1>& rows, const T* x, const Term& term) {
    if constexpr (!kIsWider) {
      join_columns(rows, x, totals_, count_, Join(), term);
    } else {
      rows.for_pieces(0, rows.size(), [&](const std::array<std::int64_t, 1>& at, std::int64_t height) {
        join_piece(x + at[0], rows.run_stride(0), height, term);
      });
    }
  }

  // Nothing comes any more.
  void finish() {
    if constexpr (kIsWider) move_to_totals(sums_.data(), totals_, count_, Join());
  }

 private:
  static constexpr bool kIsWider = !std::is_same_v<T, Wide>;

  template <class Term>
  void join_piece(const T* row, std::int64_t stride, std::int64_t height, const Term& term) {
    for (std::int64_t some = 0; height > 0; height -= some, row += some * stride) {
      some = std::min(height, 8 * left_);
      join_trees(row, stride, some, sums_.data(), count_, Join(), term);
      left_ -= trees_of(some);
      if (left_ > 0) continue;
      move_to_totals(sums_.data(), totals_, count_, Join());
      left_ = kTogether;
    }
  }

  Wide* totals_;
  std::int64_t count_;
  std::int64_t left_ = kTogether;  // trees that may be added as T
  std::array<T, kIsWider ? std::size_t{Most} : 1> sums_;
};

// y[j] = y[j] joined with term(x[j], j) of each row of a walk, for j < count; y may be wider than x.
template <class T, class Sum, class Join, class Term>
void join_all_columns(const Walk<1>& rows, const T* x, Sum* y, std::int64_t count, Join join,
                      const Term& term) {
  if constexpr (std::is_same_v<T, Sum>) {
    join_columns(rows, x, y, count, join, term);
  } else {
    WideColumns<T, Join> columns(y, count);
    columns.join(rows, x, term);
    columns.finish();
  }
}

// y[j] = y[j] joined with term(x, j) of each x[j * step + ...] of a walk, whose runs lie in one piece, for
// j < count; Sum is T, or wider for many numbers.
template <class T, class Sum, class Join, class Term>
void join_runs(const Walk<1>& runs, const T* x, std::int64_t step, Sum* y, std::int64_t count, Join join,
               Term term) {
  runs.for_pieces(0, runs.size(), [&](const std::array<std::int64_t, 1>& at, std::int64_t run) {
    simd([=, from = x + at[0]]() GRADTABLE_INLINE {
      for (std::int64_t j = 0; j < count; ++j) {
        const auto n = [=, numbers = from + j * step](std::int64_t i)
                           GRADTABLE_INLINE { return term(numbers[i], j); };
        y[j] = join(y[j], static_cast<Sum>(fold_of<T>(run, join, n)));
      }
    });
  });
}

// How an input is walked through: along the axes on which `kept`, of its rank, has an extent of 1, for each
// element of the result.
struct Reducing {
  Reducing(const Shape& from, const Shape& kept)
      : joined(joined_axes(from, kept), {dense_strides(from)}), outer(kept, {dense_strides(from)}) {}

  // Numbers that lie side by side belong to different elements of the result.
  bool columns() const { return outer.run_stride(0) == 1 && joined.run_stride(0) != 1; }

  // What is joined in its own type, one after the other, is no more than kTogether numbers, or trees of rows.
  bool few() const {
    const std::int64_t run = joined.run();
    return joined.size() <= kTogether || (columns() && joined.size() / run * trees_of(run) <= kTogether);
  }

  Walk<1> joined, outer;

 private:
  static Shape joined_axes(const Shape& from, const Shape& kept) {
    std::array<std::int64_t, Shape::kMaxRank> extents{};
    for (int axis = 0; axis < from.rank(); ++axis)
      extents[static_cast<std::size_t>(axis)] = kept[axis] == from[axis] ? 1 : from[axis];
    return Shape(std::span<const std::int64_t>(extents).first(static_cast<std::size_t>(from.rank())));
  }
};

// y[j] = what was joined times the factor; in place where both have one type.
template <class T, class Sum>
void finish_sums(const Sum* sums, std::int64_t count, double factor, T* y) {
  if constexpr (std::is_same_v<T, Sum>) {
    if (factor == 1) return;
  }
  simd([=, factor_of_sums = static_cast<Sum>(factor)]() GRADTABLE_INLINE {
    GRADTABLE_INDEPENDENT
    for (std::int64_t j = 0; j < count; ++j) y[j] = static_cast<T>(sums[j] * factor_of_sums);
  });
}

// reduce, where Sum holds what is joined: y itself, or some elements at a time.
template <class Sum, class Join, class T, class Term>
void reduce_in(const Reducing& walks, const T* x, T* y, Parts elements, const Term& term, double factor) {
  constexpr bool kInPlace = std::is_same_v<T, Sum>;
  std::array<Sum, kInPlace ? 1 : kMostColumns> buffer;
  std::int64_t done = 0;
  const std::int64_t step = walks.outer.run_stride(0);
  walks.outer.for_pieces(
      elements.begin, elements.end, [&](const std::array<std::int64_t, 1>& at, std::int64_t count) {
        for (std::int64_t first = 0, some = 0; first < count; first += some, done += some) {
          some = kInPlace ? count : std::min(kMostColumns, count - first);
          const auto shifted = [term, done](T number, std::int64_t j)
                                   GRADTABLE_INLINE { return term(number, done + j); };
          Sum* sums = buffer.data();
          if constexpr (kInPlace) sums = y + done;
          std::fill_n(sums, some, Join::template kNeutral<Sum>);
          if (walks.columns())
            join_all_columns(walks.joined, x + at[0] + first, sums, some, Join(), shifted);
          else
            join_runs(walks.joined, x + at[0] + first * step, step, sums, some, Join(), shifted);
          finish_sums(sums, some, factor, y + done);
        }
      });
}

// y[j] = factor term(x, j) joined over the axes on which `kept`, of x's rank, has an extent of 1, for the
// elements j in [begin, end) of the result; y and j begin with the first of them. The order follows from the
// shapes alone.
template <class Join, class T, class Term>
void reduce(const T* x, const Shape& from, T* y, const Shape& kept, Parts elements, const Term& term,
            double factor = 1) {
  const Reducing walks(from, kept);
  if (walks.few())
    reduce_in<T, Join>(walks, x, y, elements, term, factor);
  else
    reduce_in<WideOf<Join, T>, Join>(walks, x, y, elements, term, factor);
}

}  // namespace gradtable::detail
