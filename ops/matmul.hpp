// Matrix products, and the bias that is added to one.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

enum class Transpose : bool { no, yes };

// C = op(A) op(B); A is (m,k), or (k,m) when transposed, B is (k,n), or (n,k); C is (m,n), float32 or
// float64. With more axes than two, the last two hold matrices, which are multiplied pair by pair; the axes
// before them broadcast. A vector (k) is a row on the left and a column on the right, whatever its flag, and
// C lacks that axis, as in NumPy; the product of two vectors is their dot. Sums of many float32 products keep
// BLAS's error, about 4e-6, where other sums keep 1e-6. Throws ShapeError. Goodfellow et al., section 6.5.6.
Tensor matmul(const Tensor& a, const Tensor& b, Transpose a_transposed = Transpose::no,
              Transpose b_transposed = Transpose::no, Location at = Location::current());

// c = sum_i a_i b_i, a scalar; vectors (n). Throws ShapeError.
Tensor dot(const Tensor& a, const Tensor& b, Location at = Location::current());

// C[i, j] = a_i b_j; vectors (m) and (n). Throws ShapeError.
Tensor outer(const Tensor& a, const Tensor& b, Location at = Location::current());

struct GemmOptions {
  double alpha = 1;
  double beta = 1;
  Transpose transpose_a = Transpose::no;
  Transpose transpose_b = Transpose::no;
};

// alpha op(A) op(B) + beta C, BLAS's general matrix product; C is (m,n). Throws ShapeError. Programs make
// it of sums with a matrix product in them, and compute it in C's memory.
Tensor gemm(const Tensor& a, const Tensor& b, const Tensor& c, const GemmOptions& options = {},
            Location at = Location::current());

// Y = X + 1 b^T: b, of shape (n), is added to every row of X, of shape (...,n). Throws ShapeError.
Tensor add_bias(const Tensor& x, const Tensor& b, Location at = Location::current());

}  // namespace gradtable
