// C = alpha op(A) op(B) + beta C by BLAS, for parts of matrices.
#pragma once

#include <cstdint>

namespace gradtable::detail {

// A factor of a product: where it begins, and the length of its rows in memory.
template <class T>
struct Factor {
  const T* first;
  std::int64_t row;
  bool transposed;

  // op(A) of one row, or of one column, whose numbers lie side by side.
  bool is_dense_row() const { return !transposed || row == 1; }
  bool is_dense_column() const { return transposed || row == 1; }

  // From this row and column of op(A) on.
  Factor from(std::int64_t i, std::int64_t j) const {
    return {first + (transposed ? j * row + i : i * row + j), row, transposed};
  }
};

// C (m,n), whose rows lie side by side; op(A) is (m,k), op(B) (k,n). Where beta is 0, what C holds does not
// count. Sums of many float32 products are added up in pieces, in float64 (docs/decisions/sums.md).
template <class T>
void multiply(std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const Factor<T>& a, const Factor<T>& b,
              T beta, T* c);

// Asks for a matrix that may lie in memory, as a batch that was never read before, when it fits into the
// second cache.
template <class T>
void fetch(const T* first, std::int64_t rows, std::int64_t columns, std::int64_t row);

}  // namespace gradtable::detail
