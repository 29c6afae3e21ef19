// ONNX computes with integers, as for shapes; gradtable does not. Integers are exact in float64, where they
// are computed, and come back rounded towards zero; running it throws NumericError where they do not fit.
#pragma once

#include "gradtable/core/graph.hpp"
#include "gradtable/ops/casting.hpp"

namespace gradtable::detail {

// f(x), in x's type.
template <class F>
Tensor through_reals(const Tensor& x, const F& f) {
  return is_floating(x.dtype()) ? f(x) : cast(f(cast(x, DType::float64)), x.dtype());
}

// f(a, b), in a's type; both are of one type, or f refuses them.
template <class F>
Tensor through_reals(const Tensor& a, const Tensor& b, const F& f) {
  if (is_floating(a.dtype()) || a.dtype() != b.dtype()) return f(a, b);
  return cast(f(cast(a, DType::float64), cast(b, DType::float64)), a.dtype());
}

}  // namespace gradtable::detail
