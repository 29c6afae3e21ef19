// Y = X + 1 b^T
#include <fmt/format.h>

#include "gradtable/ops/detail/loops/simd.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/patterns/matmul.hpp"

namespace gradtable {
namespace detail {

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
Tensor AddBias::bprop(std::span<const Tensor>, const Tensor&, const Tensor& gradient, std::size_t) const {
  return gradient;
}

}  // namespace detail

Tensor add_bias(const Tensor& x, const Tensor& b, Location at) {
  return apply<detail::AddBias>({x, b}, at);
}

}  // namespace gradtable
