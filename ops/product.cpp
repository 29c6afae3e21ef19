#include "gradtable/ops/product.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <xtensor-blas/xblas.hpp>

#include "gradtable/ops/detail/rules.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

constexpr Transpose flipped(Transpose t) {
  return t == Transpose::no ? Transpose::yes : Transpose::no;
}

class MatMul final : public Op {
 public:
  MatMul(Transpose a, Transpose b) : a_transposed_(a == Transpose::yes), b_transposed_(b == Transpose::yes) {}
  std::string_view name() const override { return "matmul"; }
  std::vector<Attribute> attributes() const override {
    return {{"transpose_a", a_transposed_}, {"transpose_b", b_transposed_}};
  }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const DType dtype = detail::floating(inputs);
    const Shape &a = inputs[0].shape, &b = inputs[1].shape;
    const bool matrices = a.rank() == 2 && b.rank() == 2;
    if (!matrices || columns(a, a_transposed_) != rows(b, b_transposed_))
      throw ShapeError(fmt::format("expected {} and {}, got {} and {}", a_transposed_ ? "(k,m)" : "(m,k)",
                                   b_transposed_ ? "(n,k)" : "(k,n)", to_string(a), to_string(b)));
    for (const std::int64_t extent : {a[0], a[1], b[0], b[1]}) {
      if (extent > std::numeric_limits<int>::max())  // what BLAS counts with
        throw ShapeError(
            fmt::format("expected extents below 2^31, got {} and {}", to_string(a), to_string(b)));
    }
    return {dtype, {rows(a, a_transposed_), columns(b, b_transposed_)}};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape[0];
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() { gemm<T>(inputs[0], inputs[1], output, parts); });
  }

  // C = op(A) op(B): the gradient with respect to op(A) is G op(B)^T, with respect to op(B) it is op(A)^T G;
  // where the flag is set, the transpose of that.
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    const Tensor &a = inputs[0], &b = inputs[1];
    const Transpose ta{a_transposed_}, tb{b_transposed_};
    if (wrt == 0)
      return a_transposed_ ? matmul(b, gradient, tb, Transpose::yes)
                           : matmul(gradient, b, Transpose::no, flipped(tb));
    return b_transposed_ ? matmul(gradient, a, Transpose::yes, ta)
                         : matmul(a, gradient, flipped(ta), Transpose::no);
  }

 private:
  static std::int64_t rows(const Shape& shape, bool transposed) { return shape[transposed ? 1 : 0]; }
  static std::int64_t columns(const Shape& shape, bool transposed) { return shape[transposed ? 0 : 1]; }

  // The rows `part` of C.
  template <class T>
  void gemm(const ConstView& a, const ConstView& b, const View& c, Parts part) const {
    const auto m = static_cast<int>(part.end - part.begin);
    const auto n = static_cast<int>(c.shape()[1]);
    const auto k = static_cast<int>(columns(a.shape(), a_transposed_));
    const auto lda = static_cast<int>(a.shape()[1]);
    const auto ldb = static_cast<int>(b.shape()[1]);
    const T* first_of_a = static_cast<const T*>(a.data) + (a_transposed_ ? part.begin : part.begin * lda);
    T* first_of_c = static_cast<T*>(c.data) + part.begin * n;
    if (m == 0 || n == 0 || k == 0) {  // BLAS refuses leading dimensions of 0
      std::fill_n(first_of_c, static_cast<std::int64_t>(m) * n, T{0});
      return;
    }
    const auto flag = [](bool transposed) { return transposed ? cxxblas::Trans : cxxblas::NoTrans; };
    cxxblas::gemm<int>(cxxblas::RowMajor, flag(a_transposed_), flag(b_transposed_), m, n, k, T{1}, first_of_a,
                       lda, static_cast<const T*>(b.data), ldb, T{0}, first_of_c, n);
  }

  bool a_transposed_;
  bool b_transposed_;
};

class AddBias final : public Op {
 public:
  std::string_view name() const override { return "add_bias"; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const DType dtype = detail::floating(inputs);
    const Shape &x = inputs[0].shape, &b = inputs[1].shape;
    if (x.rank() == 0 || b.rank() != 1 || x[-1] != b[0])
      throw ShapeError(fmt::format("expected (...,n) and (n), got {} and {}", to_string(x), to_string(b)));
    return {dtype, x};
  }

  std::int64_t parts(std::span<const TensorType> inputs, const TensorType& output) const override {
    const std::int64_t columns = inputs[1].shape[0];
    return columns == 0 ? 0 : output.shape.size() / columns;
  }

  bool may_overwrite(std::size_t input) const override { return input == 0; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const std::int64_t n = inputs[1].shape()[0];
      const T* b = static_cast<const T*>(inputs[1].data);
      const T* x = static_cast<const T*>(inputs[0].data);
      T* y = static_cast<T*>(output.data);
      for (std::int64_t row = parts.begin * n; row < parts.end * n; row += n) {
        for (std::int64_t j = 0; j < n; ++j) y[row + j] = x[row + j] + b[j];
      }
    });
  }

  // dY/dX = 1; b is there once for each row, and its gradient is the sum over them: what the caller does.
  Tensor bprop(Inputs, const Tensor&, const Tensor& gradient, std::size_t) const override { return gradient; }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, Transpose a_transposed, Transpose b_transposed, Location at) {
  return apply(std::make_shared<const MatMul>(a_transposed, b_transposed), {a, b}, at);
}

Tensor add_bias(const Tensor& x, const Tensor& b, Location at) {
  return apply<AddBias>({x, b}, at);
}

}  // namespace gradtable
