// Matrix products, and the bias that is added to one.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

enum class Transpose : bool { no, yes };

// C = op(A) op(B); A is (m,k), or (k,m) when transposed, B is (k,n), or (n,k); C is (m,n), float32 or
// float64. Throws ShapeError. Goodfellow et al., section 6.5.6.
Tensor matmul(const Tensor& a, const Tensor& b, Transpose a_transposed = Transpose::no,
              Transpose b_transposed = Transpose::no, Location at = Location::current());

// Y = X + 1 b^T: b, of shape (n), is added to every row of X, of shape (...,n). Throws ShapeError.
Tensor add_bias(const Tensor& x, const Tensor& b, Location at = Location::current());

}  // namespace gradtable
