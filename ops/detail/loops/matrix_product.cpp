#include "gradtable/ops/detail/loops/matrix_product.hpp"

#include <algorithm>
#include <string_view>

#include <xtensor-blas/xblas.hpp>

#include "gradtable/core/machine/blas.hpp"
#include "gradtable/ops/detail/loops/fold.hpp"
#include "gradtable/ops/detail/loops/scratch.hpp"
#include "gradtable/ops/detail/loops/simd.hpp"

namespace gradtable::detail {
namespace {

// C (m,n) = alpha op(A) op(B) + beta C by one call of BLAS; C's rows lie c_row elements apart.
template <class T>
void call_blas(std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const Factor<T>& a,
               const Factor<T>& b, T beta, T* c, std::int64_t c_row) {
  const auto flag = [](bool transposed) { return transposed ? cxxblas::Trans : cxxblas::NoTrans; };
  if (m == 1) {  // one row: op(B)^T a, which gemv does faster
    const std::int64_t rows = b.transposed ? n : k, columns = b.transposed ? k : n;
    cxxblas::gemv<int>(cxxblas::RowMajor, flag(!b.transposed), static_cast<int>(rows),
                       static_cast<int>(columns), alpha, b.first, static_cast<int>(b.row), a.first,
                       static_cast<int>(a.transposed ? a.row : 1), beta, c, 1);
    return;
  }
  cxxblas::gemm<int>(cxxblas::RowMajor, flag(a.transposed), flag(b.transposed), static_cast<int>(m),
                     static_cast<int>(n), static_cast<int>(k), alpha, a.first, static_cast<int>(a.row),
                     b.first, static_cast<int>(b.row), beta, c, static_cast<int>(c_row));
}

// What a call of BLAS takes at most.
struct Tile {
  std::int64_t rows, columns, terms;
};

// x in as few equal pieces of at most `most` as can be, rounded up to a multiple of `step`.
std::int64_t piece(std::int64_t x, std::int64_t most, std::int64_t step) {
  const std::int64_t pieces = (x + most - 1) / most;
  return ((x + pieces - 1) / pieces + step - 1) / step * step;
}

// OpenBLAS's kernels for AVX-512 compute products of up to 10^6 multiplications without copying the factors
// into an order of their own first, and pieces of that size are 5 to 25 % faster than the whole, unless it is
// wide. docs/performance.md has the measurements.
Tile tile_of(std::int64_t m, std::int64_t n, std::int64_t k, bool b_transposed) {
  constexpr std::int64_t kMost = 1'000'000, kFewestRows = 16, kMostColumns = 256, kWide = 512;
  static const bool has_small_kernels = [] {
    const std::string_view kernels = blas_kernels();
    return kernels == "SkylakeX" || kernels == "Cooperlake" || kernels == "SapphireRapids";
  }();
  const bool suits = m >= kFewestRows && n <= kWide && !b_transposed;
  if (!has_small_kernels || !suits || m * n * k <= kMost) return {m, n, k};
  const std::int64_t columns = piece(n, kMostColumns, 16);
  const std::int64_t terms = piece(k, kMost / (kFewestRows * columns), 1);
  return {kMost / (columns * terms) / kFewestRows * kFewestRows, columns, terms};
}

template <class T>
void multiply_tiles(std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const Factor<T>& a,
                    const Factor<T>& b, T beta, T* c) {
  const Tile tile = tile_of(m, n, k, b.transposed);
  for (std::int64_t column = 0; column < n; column += tile.columns) {
    for (std::int64_t term = 0; term < k; term += tile.terms) {
      for (std::int64_t row = 0; row < m; row += tile.rows)
        call_blas<T>(std::min(tile.rows, m - row), std::min(tile.columns, n - column),
                     std::min(tile.terms, k - term), alpha, a.from(row, term), b.from(term, column),
                     term == 0 ? beta : T{1}, c + row * n + column, n);
    }
  }
}

// c = alpha x + beta c; what c holds does not count where beta is 0.
template <class T>
void combine(std::int64_t count, T alpha, const double* x, T beta, T* c) {
  const auto factor = static_cast<double>(alpha), old = static_cast<double>(beta);
  for (std::int64_t i = 0; i < count; ++i)
    c[i] = static_cast<T>(factor * x[i] + (old == 0 ? 0.0 : old * static_cast<double>(c[i])));
}

// Terms of a sum that BLAS adds up in T. Its errors grow with them: of float32, with k equal terms, one row
// (gemv) is off by 1e-6 at 1000, 5e-6 at 4096 and 1e-3 at 10^6; a matrix (gemm) by 4e-6 at 16384 and by 4e-5
// at 10^6.
std::int64_t most_terms(std::int64_t rows) {
  return rows == 1 ? 1024 : 16384;
}

// In pieces of the sum whose products are added up in float64, some rows at a time.
template <class T>
void multiply_deep(std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const Factor<T>& a,
                   const Factor<T>& b, T beta, T* c) {
  constexpr std::int64_t kMost = std::int64_t{1} << 18, kFewestRows = 64;  // of numbers; of rows
  const std::int64_t together = piece(m, std::max(kFewestRows, kMost / n), 1), terms = most_terms(m);
  Scratch scratch(static_cast<std::size_t>(together * n) * (sizeof(T) + sizeof(double)) + 2 * Scratch::kLine);
  T* const product = scratch.template take<T>(together * n);
  auto* const sums = scratch.template take<double>(together * n);
  for (std::int64_t row = 0; row < m; row += together) {
    const std::int64_t rows = std::min(together, m - row), count = rows * n;
    std::fill_n(sums, count, 0.0);
    for (std::int64_t term = 0; term < k; term += terms) {
      multiply_tiles<T>(rows, n, std::min(terms, k - term), T{1}, a.from(row, term), b.from(term, 0), T{0},
                        product);
      for (std::int64_t i = 0; i < count; ++i) sums[i] += static_cast<double>(product[i]);
    }
    combine(count, alpha, sums, beta, c + row * n);
  }
}

// The sum of the products of two vectors.
template <class T>
double inner_product(std::int64_t k, const T* a, const T* b) {
  double sum = 0;
  simd([=, to = &sum]() GRADTABLE_INLINE {
    *to = sum_of<T>(k, [=](std::int64_t i) GRADTABLE_INLINE { return a[i] * b[i]; });
  });
  return sum;
}

}  // namespace

template <class T>
void multiply(std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const Factor<T>& a, const Factor<T>& b,
              T beta, T* c) {
  if (m == 0 || n == 0) return;
  if (k == 0) {  // BLAS refuses leading dimensions of 0
    for (std::int64_t i = 0; i < m * n; ++i) c[i] = beta == T{0} ? T{0} : beta * c[i];
  } else if (m == 1 && n == 1 && a.is_dense_row() && b.is_dense_column()) {
    const double product = inner_product(k, a.first, b.first);
    combine(1, alpha, &product, beta, c);
  } else if (k > most_terms(m)) {
    multiply_deep(m, n, k, alpha, a, b, beta, c);
  } else {
    multiply_tiles(m, n, k, alpha, a, b, beta, c);
  }
}

// BLAS walks the matrix in short pieces of many rows, which no hardware foresees. The product of 64x392
// by 392x128 with the first factor in memory takes 72 us with this and 78 without; 65 when it lies in the
// cache.
template <class T>
void fetch(const T* first, std::int64_t rows, std::int64_t columns, std::int64_t row) {
  constexpr std::int64_t kLine = 64 / sizeof(T), kMost = (std::int64_t{1} << 19) / sizeof(T);
  if (rows * columns > kMost) return;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; j += kLine) __builtin_prefetch(first + i * row + j, 0, 2);
  }
}

template void multiply(std::int64_t, std::int64_t, std::int64_t, float, const Factor<float>&,
                       const Factor<float>&, float, float*);
template void multiply(std::int64_t, std::int64_t, std::int64_t, double, const Factor<double>&,
                       const Factor<double>&, double, double*);
template void fetch(const float*, std::int64_t, std::int64_t, std::int64_t);
template void fetch(const double*, std::int64_t, std::int64_t, std::int64_t);

}  // namespace gradtable::detail
