#include "gradtable/ops/product.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include <fmt/format.h>
#include <xtensor-blas/xblas.hpp>

#include "gradtable/core/machine/blas.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/loops/fold.hpp"
#include "gradtable/ops/detail/loops/scratch.hpp"
#include "gradtable/ops/detail/loops/simd.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/product.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

constexpr Transpose flipped(Transpose t) {
  return t == Transpose::no ? Transpose::yes : Transpose::no;
}

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
  detail::Scratch scratch(static_cast<std::size_t>(together * n) * (sizeof(T) + sizeof(double)) +
                          2 * detail::Scratch::kLine);
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
  detail::simd([=, to = &sum]() GRADTABLE_INLINE {
    *to = detail::sum_of<T>(k, [=](std::int64_t i) GRADTABLE_INLINE { return a[i] * b[i]; });
  });
  return sum;
}

template <class T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const Factor<T>& a, const Factor<T>& b,
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

// Asks for a matrix that may lie in memory, as a batch that was never read before, when it fits into the
// second cache: BLAS walks it in short pieces of many rows, which no hardware foresees. The product of 64x392
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

}  // namespace

namespace detail {

TensorType Product::infer_product(std::span<const TensorType> factors) const {
  const DType dtype = floating(factors);
  const Shape &a = factors[0].shape, &b = factors[1].shape;
  const bool matrices = a.rank() == 2 && b.rank() == 2;
  if (!matrices || a[a_transposed_ ? 0 : 1] != b[b_transposed_ ? 1 : 0])
    throw ShapeError(fmt::format("expected {} and {}, got {} and {}", a_transposed_ ? "(k,m)" : "(m,k)",
                                 b_transposed_ ? "(n,k)" : "(k,n)", to_string(a), to_string(b)));
  for (const std::int64_t extent : {a[0], a[1], b[0], b[1]}) {
    if (extent > std::numeric_limits<int>::max())  // what BLAS counts with
      throw ShapeError(fmt::format("expected extents below 2^31, got {} and {}", to_string(a), to_string(b)));
  }
  return {dtype, {a[a_transposed_ ? 1 : 0], b[b_transposed_ ? 0 : 1]}};
}

void Product::multiply(const ConstView& a, const ConstView& b, const View& c, Parts rows, Parts terms,
                       double alpha, double beta) const {
  dispatch_floating(c.dtype(), [&]<class T>() {
    const std::int64_t a_row = a.shape()[1], b_row = b.shape()[1], n = c.shape()[-1];
    const T* first_of_a = static_cast<const T*>(a.data) + (a_transposed_ ? terms.begin * a_row + rows.begin
                                                                         : rows.begin * a_row + terms.begin);
    const T* first_of_b = static_cast<const T*>(b.data) + (b_transposed_ ? terms.begin : terms.begin * b_row);
    if (!a_transposed_) fetch(first_of_a, rows.end - rows.begin, terms.end - terms.begin, a_row);
    gemm<T>(rows.end - rows.begin, n, terms.end - terms.begin, static_cast<T>(alpha),
            {first_of_a, a_row, a_transposed_}, {first_of_b, b_row, b_transposed_}, static_cast<T>(beta),
            static_cast<T*>(c.data) + rows.begin * n);
  });
}

bool is_matrix_product(const Op& op) {
  return dynamic_cast<const MatMul*>(&op) != nullptr;
}

void MatMul::forward(std::span<const ConstView> inputs, const View& output, Parts parts) const {
  const TensorType types[] = {inputs[0].type, inputs[1].type};
  multiply(inputs[0], inputs[1], output, parts, {0, depth(types)});
}

// C = op(A) op(B): the gradient with respect to op(A) is G op(B)^T, with respect to op(B) it is op(A)^T G;
// where the flag is set, the transpose of that.
Tensor MatMul::bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const {
  const Tensor &a = inputs[0], &b = inputs[1];
  const Transpose ta = a_transposed(), tb = b_transposed();
  if (wrt == 0)
    return a_transposed_ ? matmul(b, gradient, tb, Transpose::yes)
                         : matmul(gradient, b, Transpose::no, flipped(tb));
  return b_transposed_ ? matmul(gradient, a, Transpose::yes, ta)
                       : matmul(a, gradient, flipped(ta), Transpose::no);
}

std::vector<Attribute> Gemm::attributes() const {
  return {{"alpha", alpha_}, {"beta", beta_}, {"transpose_a", a_transposed_}, {"transpose_b", b_transposed_}};
}

TensorType Gemm::infer(std::span<const TensorType> inputs) const {
  const TensorType product = infer_product(inputs.first(2));
  if (inputs[2] != product)
    throw ShapeError(
        fmt::format("expected {} to add the product to, got {}", to_string(product), to_string(inputs[2])));
  return product;
}

void Gemm::forward(std::span<const ConstView> inputs, const View& output, Parts parts) const {
  const std::size_t row = static_cast<std::size_t>(output.shape()[1]) * size_of(output.dtype());
  const auto begin = static_cast<std::size_t>(parts.begin) * row,
             end = static_cast<std::size_t>(parts.end) * row;
  if (inputs[2].data != output.data && end > begin)
    std::copy(static_cast<const std::byte*>(inputs[2].data) + begin,
              static_cast<const std::byte*>(inputs[2].data) + end,
              static_cast<std::byte*>(output.data) + begin);
  const TensorType types[] = {inputs[0].type, inputs[1].type};
  multiply(inputs[0], inputs[1], output, parts, {0, depth(types)}, alpha_, beta_);
}

// As for matmul, times alpha; dC'/dC = beta
Tensor Gemm::bprop(Inputs inputs, const Tensor& output, const Tensor& gradient, std::size_t wrt) const {
  if (wrt == 2) return scale(gradient, beta_);
  return scale(MatMul(a_transposed(), b_transposed()).bprop(inputs.first(2), output, gradient, wrt), alpha_);
}

std::vector<Attribute> PartialProducts::attributes() const {
  return {{"count", count_}, {"transpose_a", a_transposed_}, {"transpose_b", b_transposed_}};
}

TensorType PartialProducts::infer(std::span<const TensorType> inputs) const {
  const TensorType product = infer_product(inputs);
  return {product.dtype, {count_, product.shape[0], product.shape[1]}};
}

bool PartialProducts::reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                                      const TensorType&) const {
  const bool even = depth(inputs) % count_ == 0;
  return even && (input == 0 ? a_transposed_ : !b_transposed_);
}

void PartialProducts::forward(std::span<const ConstView> inputs, const View& output, Parts parts) const {
  const TensorType types[] = {inputs[0].type, inputs[1].type};
  const std::int64_t terms = depth(types), rows = output.shape()[1];
  const TensorType slice{output.dtype(), output.shape().last(2)};
  for (std::int64_t i = parts.begin; i < parts.end; ++i) {
    auto* first = static_cast<std::byte*>(output.data) + static_cast<std::size_t>(i) * slice.bytes();
    multiply(inputs[0], inputs[1], {slice, first}, {0, rows}, {terms * i / count_, terms * (i + 1) / count_});
  }
}

TensorType AddBias::infer(std::span<const TensorType> inputs) const {
  const DType dtype = floating(inputs);
  const Shape &x = inputs[0].shape, &b = inputs[1].shape;
  if (x.rank() == 0 || b.rank() != 1 || x[-1] != b[0])
    throw ShapeError(fmt::format("expected (...,n) and (n), got {} and {}", to_string(x), to_string(b)));
  return {dtype, x};
}

std::int64_t AddBias::parts(std::span<const TensorType> inputs, const TensorType& output) const {
  const std::int64_t columns = inputs[1].shape[0];
  return columns == 0 ? 0 : output.shape.size() / columns;
}

void AddBias::forward(std::span<const ConstView> inputs, const View& output, Parts parts) const {
  dispatch_floating(output.dtype(), [&]<class T>() {
    const std::int64_t n = inputs[1].shape()[0], begin = parts.begin * n, end = parts.end * n;
    const T* b = static_cast<const T*>(inputs[1].data);
    const T* x = static_cast<const T*>(inputs[0].data);
    T* y = static_cast<T*>(output.data);
    simd([=]() GRADTABLE_INLINE {
      for (std::int64_t row = begin; row < end; row += n) {
        GRADTABLE_INDEPENDENT
        for (std::int64_t j = 0; j < n; ++j) y[row + j] = x[row + j] + b[j];
      }
    });
  });
}

// dY/dX = 1; b is there once for each row, and its gradient is the sum over them: what the caller does.
Tensor AddBias::bprop(Inputs, const Tensor&, const Tensor& gradient, std::size_t) const {
  return gradient;
}

Tensor partial_products(const Tensor& a, const Tensor& b, std::int64_t count, Transpose a_transposed,
                        Transpose b_transposed, Location at) {
  return apply(std::make_shared<const PartialProducts>(count, a_transposed, b_transposed), {a, b}, at);
}

}  // namespace detail

Tensor gemm(const Tensor& a, const Tensor& b, const Tensor& c, const GemmOptions& options, Location at) {
  return apply(std::make_shared<const detail::Gemm>(options.alpha, options.beta, options.transpose_a,
                                                    options.transpose_b),
               {a, b, c}, at);
}

Tensor add_bias(const Tensor& x, const Tensor& b, Location at) {
  return apply<detail::AddBias>({x, b}, at);
}

}  // namespace gradtable
