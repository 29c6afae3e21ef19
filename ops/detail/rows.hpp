// Loops over the rows of a matrix, as softmax and the losses need them. x has a new row every k numbers. The
// bits of a row do not depend on the rows around it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "gradtable/ops/detail/map.hpp"

namespace gradtable::detail {

// Rows and elements that are worked on at once, within the first-level cache.
constexpr std::int64_t kRows = 64;
constexpr std::int64_t kElements = 2048;

// One number for each of at most kRows rows.
template <class T>
using RowNumbers = std::array<T, kRows>;

constexpr auto kExp = [](auto x) GRADTABLE_INLINE { return exp(x); };

// y_ij = x_ij - shift_i for `columns` numbers of each row; y holds nothing but them, and may be x.
template <class T>
void shift_rows(const T* x, std::int64_t k, const T* shift, std::int64_t rows, std::int64_t columns, T* y) {
  simd([=]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < rows; ++i) {
      const T s = shift[i];
      GRADTABLE_INDEPENDENT
      for (std::int64_t j = 0; j < columns; ++j) y[i * columns + j] = x[i * k + j] - s;
    }
  });
}

// max_j x_ij
template <class T>
void largest_of_rows(const T* x, std::int64_t k, std::int64_t rows, T* largest) {
  simd([=]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < rows; ++i) largest[i] = largest_of(x + i * k, k);
  });
}

// sums_i += sum_j x_ij
template <class T>
void add_row_sums(const T* x, std::int64_t k, std::int64_t rows, T* sums) {
  simd([=]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < rows; ++i) {
      const T* row = x + i * k;
      sums[i] += sum_of<T>(k, [row](std::int64_t j) GRADTABLE_INLINE { return row[j]; });
    }
  });
}

// What numbers are shifted by before their exponentials are summed, by the largest of them: an infinity would
// make NaN of itself.
template <class T>
void keep_finite(T* largest, std::int64_t count) {
  std::replace_if(
      largest, largest + count, [](T number) { return !std::isfinite(number); }, T{0});
}

template <class T>
T sum_of_rows(const RowNumbers<T>& numbers, std::int64_t rows) {
  T sum = 0;
  add_row_sums(numbers.data(), rows, 1, &sum);
  return sum;
}

// y_i = shift_i + ln y_i
template <class T>
void finish_log_sums(const T* shift, std::int64_t count, T* y) {
  const auto in_full = [](T sum, T s) GRADTABLE_INLINE { return s + log(sum); };
  map(in_full, count, y, static_cast<const T*>(y), shift);
}

// ln sum_j exp(x_ij) = max_j x_ij + ln sum_j exp(x_ij - max_j x_ij), of at most kRows rows; -inf of nothing
// but -inf.
template <class T>
RowNumbers<T> log_sum_exp(const T* x, std::int64_t k, std::int64_t rows) {
  RowNumbers<T> largest, sums{};
  std::array<T, kElements> powers;
  largest_of_rows(x, k, rows, largest.data());
  keep_finite(largest.data(), rows);
  const std::int64_t together = std::max<std::int64_t>(1, kElements / k);
  for (std::int64_t i = 0; i < rows; i += together) {
    const std::int64_t height = std::min(together, rows - i);
    for (std::int64_t j = 0; j < k; j += kElements) {  // more than once only for long rows, one at a time
      const std::int64_t width = std::min(kElements, k - j);
      shift_rows(x + i * k + j, k, largest.data() + i, height, width, powers.data());
      map(kExp, height * width, powers.data(), std::as_const(powers).data());
      add_row_sums(powers.data(), width, height, sums.data() + i);
    }
  }
  finish_log_sums(std::as_const(largest).data(), rows, sums.data());
  return sums;
}

// sum_ij w_ij (shift_i - x_ij) over the places where w is not 0: there infinity does not count.
template <class T>
T weighted_sum(const T* w, const T* shift, const T* x, std::int64_t k, std::int64_t rows) {
  RowNumbers<T> sums{};
  simd([=, result = sums.data()]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < rows; ++i) {
      const T *weight = w + i * k, *number = x + i * k, s = shift[i];
      result[i] = sum_of<T>(k, [=](std::int64_t j) GRADTABLE_INLINE {
        const T product = weight[j] * (s - number[j]);
        return weight[j] == 0 ? T{0} : product;
      });
    }
  });
  return sum_of_rows(sums, rows);
}

}  // namespace gradtable::detail
