// Loops over the rows of a matrix, as softmax and the losses need them. x has a new row every k numbers. The
// bits of a row do not depend on the rows around it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "gradtable/ops/detail/loops/fold.hpp"
#include "gradtable/ops/detail/loops/map.hpp"

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

// y_ij = (x_ij - shift_i) - log_i, where y may be x.
template <class T>
void subtract_log_sums(const T* x, std::int64_t k, const T* shift, const T* log, std::int64_t rows, T* y) {
  simd([=]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < rows; ++i) {
      const T s = shift[i], l = log[i];
      GRADTABLE_INDEPENDENT
      for (std::int64_t j = 0; j < k; ++j) y[i * k + j] = (x[i * k + j] - s) - l;
    }
  });
}

// sums_i += sum_j x_ij
template <class T>
void add_row_sums(const T* x, std::int64_t k, std::int64_t rows, double* sums) {
  simd([=]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < rows; ++i) {
      const T* row = x + i * k;
      sums[i] += sum_of<T>(k, [row](std::int64_t j) GRADTABLE_INLINE { return row[j]; });
    }
  });
}

// The sum of a row or column of exponentials beside the 1 of the largest: the numbers that are not 1, and how
// many are, of which -1 counts the largest out. Small sums would lose their digits beside the 1.
constexpr auto kUnlessOne = []<class T>(T x) GRADTABLE_INLINE { return x == T{1} ? T{0} : x; };
constexpr auto kIfOne = []<class T>(T x) GRADTABLE_INLINE { return x == T{1} ? T{1} : T{0}; };

// others_i += sum of the x_ij that are not 1, ones_i += the number of those that are
template <class T>
void add_row_sums_beside_one(const T* x, std::int64_t k, std::int64_t rows, double* others, double* ones) {
  simd([=]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < rows; ++i) {
      const T* row = x + i * k;
      others[i] += sum_of<T>(k, [row](std::int64_t j) GRADTABLE_INLINE { return kUnlessOne(row[j]); });
      ones[i] += sum_of<T>(k, [row](std::int64_t j) GRADTABLE_INLINE { return kIfOne(row[j]); });
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
double sum_of_rows(const RowNumbers<T>& numbers, std::int64_t rows) {
  double sum = 0;
  add_row_sums(numbers.data(), rows, 1, &sum);
  return sum;
}

// ln sum_j exp(x_ij) = shift_i + log_i, of rows or columns: the largest x_ij, 0 where that is not finite, and
// ln sum_j exp(x_ij - shift_i). Apart, since a small logarithm would lose its digits beside a large score:
// (x_ij - shift_i) - log_i keeps them.
template <class T, std::int64_t Count>
struct LogSums {
  std::array<T, std::size_t{Count}> shift, log;
};

// log_i = ln(1 + others_i + ones_i), where -1 is among the ones.
template <class T>
void finish_log_sums(const double* others, const double* ones, std::int64_t count, T* logs) {
  const auto in_full = [](T sum) GRADTABLE_INLINE { return log1p(sum); };
  std::transform(others, others + count, ones, logs,
                 [](double other, double one) { return static_cast<T>(other + one); });
  map(in_full, count, logs, static_cast<const T*>(logs));
}

// Of at most kRows rows; -inf of nothing but -inf.
template <class T>
LogSums<T, kRows> log_sum_exp(const T* x, std::int64_t k, std::int64_t rows) {
  LogSums<T, kRows> sums{};
  RowNumbers<double> others{}, ones;
  std::array<T, kElements> powers;
  ones.fill(-1);
  largest_of_rows(x, k, rows, sums.shift.data());
  keep_finite(sums.shift.data(), rows);
  const std::int64_t together = std::max<std::int64_t>(1, kElements / k);
  for (std::int64_t i = 0; i < rows; i += together) {
    const std::int64_t height = std::min(together, rows - i);
    for (std::int64_t j = 0; j < k; j += kElements) {  // more than once only for long rows, one at a time
      const std::int64_t width = std::min(kElements, k - j);
      shift_rows(x + i * k + j, k, sums.shift.data() + i, height, width, powers.data());
      map(kExp, height * width, powers.data(), std::as_const(powers).data());
      add_row_sums_beside_one(powers.data(), width, height, others.data() + i, ones.data() + i);
    }
  }
  finish_log_sums(others.data(), ones.data(), rows, sums.log.data());
  return sums;
}

// sum_ij w_ij ((shift_i - x_ij) + log_i) over the places where w is not 0: there infinity does not count.
template <class T>
double weighted_sum(const T* w, const T* shift, const T* log, const T* x, std::int64_t k, std::int64_t rows) {
  RowNumbers<double> sums{};
  simd([=, result = sums.data()]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < rows; ++i) {
      const T *weight = w + i * k, *number = x + i * k, s = shift[i], l = log[i];
      result[i] = sum_of<T>(k, [=](std::int64_t j) GRADTABLE_INLINE {
        const T product = weight[j] * ((s - number[j]) + l);
        return weight[j] == 0 ? T{0} : product;
      });
    }
  });
  return sum_of_rows(sums, rows);
}

}  // namespace gradtable::detail
