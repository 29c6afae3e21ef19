// Loops over the columns of a matrix, some of them at once, as softmax over an axis before the last needs
// them: x has a new row every `stride` numbers. The bits of a column do not depend on the columns beside it.
#pragma once

#include "gradtable/ops/detail/loops/reduce.hpp"
#include "gradtable/ops/detail/loops/rows.hpp"
#include "gradtable/ops/detail/rules.hpp"

namespace gradtable::detail {

// Columns that are worked on at once.
constexpr std::int64_t kColumns = 128;

// Calls f(from, to, count) for the elements of (outer,inner), the block without its extent, that are in
// `elements`: where at most kColumns columns begin in the block, and their numbers in the result. Of an inner
// extent of 1 they are whole rows.
template <class F>
void for_columns(const Block& block, Parts elements, F&& f) {
  for (std::int64_t at = elements.begin, count = 0; at < elements.end; at += count) {
    const std::int64_t column = at % block.inner, rest = elements.end - at;
    count = std::min({kColumns, rest, block.inner == 1 ? rest : block.inner - column});
    f(at / block.inner * block.extent * block.inner + column, at, count);
  }
}

// `rows` rows of columns.
inline Walk<1> rows_of(std::int64_t rows, std::int64_t stride) {
  return Walk<1>({rows}, {Strides{stride}});
}

// max_i x_ij
template <class T>
void largest_of_columns(const T* x, std::int64_t k, std::int64_t stride, std::int64_t count, T* largest) {
  std::fill_n(largest, count, Larger::kNeutral<T>);
  join_columns(rows_of(k, stride), x, largest, count, Larger(), kItself);
}

// y_ij = x_ij - shift_j, where y has a new row every y_stride numbers, and may be x.
template <class T>
void shift_columns(const T* x, std::int64_t k, std::int64_t stride, const T* shift, std::int64_t count, T* y,
                   std::int64_t y_stride) {
  simd([=]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < k; ++i) {
      GRADTABLE_INDEPENDENT
      for (std::int64_t j = 0; j < count; ++j) y[i * y_stride + j] = x[i * stride + j] - shift[j];
    }
  });
}

// y_ij = exp(y_ij)
template <class T>
void exp_of_columns(T* y, std::int64_t k, std::int64_t stride, std::int64_t count) {
  if (count == stride) return map(kExp, k * count, y, static_cast<const T*>(y));
  for (std::int64_t i = 0; i < k; ++i, y += stride) map(kExp, count, y, static_cast<const T*>(y));
}

// sums_j += sum_i x_ij
template <class T>
void add_columns(const T* x, std::int64_t k, std::int64_t stride, std::int64_t count, double* sums) {
  join_all_columns(rows_of(k, stride), x, sums, count, Add(), kItself);
}

// y_ij = (x_ij - shift_j) - log_j, where y may be x.
template <class T>
void subtract_log_sums_of_columns(const T* x, std::int64_t k, std::int64_t stride, const T* shift,
                                  const T* log, std::int64_t count, T* y) {
  simd([=]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < k; ++i) {
      GRADTABLE_INDEPENDENT
      for (std::int64_t j = 0; j < count; ++j) y[i * stride + j] = (x[i * stride + j] - shift[j]) - log[j];
    }
  });
}

// Of at most kColumns columns, as log_sum_exp of rows.
template <class T>
LogSums<T, kColumns> log_sum_exp_of_columns(const T* x, std::int64_t k, std::int64_t stride,
                                            std::int64_t count) {
  LogSums<T, kColumns> all{};
  std::array<T, kElements> powers;
  std::array<double, kColumns> others{}, ones;
  ones.fill(-1);
  largest_of_columns(x, k, stride, count, all.shift.data());
  keep_finite(all.shift.data(), count);
  const auto unless_one = [](T number, std::int64_t) GRADTABLE_INLINE { return kUnlessOne(number); };
  const auto if_one = [](T number, std::int64_t) GRADTABLE_INLINE { return kIfOne(number); };
  WideColumns<T, Add, kColumns> of_others(others.data(), count), of_ones(ones.data(), count);
  const std::int64_t together = kElements / count / 8 * 8;
  for (std::int64_t i = 0; i < k; i += together) {
    const std::int64_t rows = std::min(together, k - i);
    const T* numbers = powers.data();
    shift_columns(x + i * stride, rows, stride, std::as_const(all.shift).data(), count, powers.data(), count);
    exp_of_columns(powers.data(), rows, count, count);
    of_others.join(rows_of(rows, count), numbers, unless_one);
    of_ones.join(rows_of(rows, count), numbers, if_one);
  }
  of_others.finish();
  of_ones.finish();
  finish_log_sums(others.data(), ones.data(), count, all.log.data());
  return all;
}

}  // namespace gradtable::detail
