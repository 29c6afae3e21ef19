#include "gradtable/ops/classification.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <xtensor/xreducer.hpp>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/detail/elementwise.hpp"
#include "gradtable/ops/detail/labels.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// The shape of x with 1 for its last axis.
Shape with_one_column(const Shape& shape) {
  return detail::reduced(shape, detail::Axes{}.set(static_cast<std::size_t>(shape.rank() - 1)), true);
}

// ln sum_j exp(x_j)
template <class T>
T log_sum_exp(const T* x, std::int64_t k) {
  const T largest = *std::max_element(x, x + k);
  T sum = 0;
  for (std::int64_t j = 0; j < k; ++j) sum += std::exp(x[j] - largest);
  return largest + std::log(sum);
}

// Ops that turn each row into a row.
class RowWise : public Op {
 public:
  TensorType infer(std::span<const TensorType> inputs) const override {
    const Shape& shape = inputs[0].shape;
    if (shape.rank() == 0 || shape[-1] == 0)
      throw ShapeError(fmt::format("expected (...,k) with k > 0, got {}", to_string(shape)));
    return {detail::floating(inputs), shape};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size() / output.shape[-1];
  }

  bool may_overwrite(std::size_t) const override { return true; }

 protected:
  // Calls f(x, y, k) with the start of each row of the input and of the output.
  template <class T, class F>
  static void for_rows(const ConstView& input, const View& output, Parts rows, F&& f) {
    const std::int64_t k = output.shape()[-1];
    for (std::int64_t row = rows.begin; row < rows.end; ++row)
      f(static_cast<const T*>(input.data) + row * k, static_cast<T*>(output.data) + row * k, k);
  }
};

class Softmax final : public RowWise {
 public:
  std::string_view name() const override { return "softmax"; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      for_rows<T>(inputs[0], output, parts, [](const T* x, T* y, std::int64_t k) {
        const T largest = *std::max_element(x, x + k);
        auto row = detail::vector_view(y, k);
        xt::noalias(row) = xt::exp(detail::vector_view(x, k) - largest);
        T sum = 0;
        for (std::int64_t j = 0; j < k; ++j) sum += y[j];
        row *= T{1} / sum;
      });
    });
  }

  // y (G - sum_j G_j y_j), row by row
  Tensor bprop(Inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    const Tensor weighted = sum_to(mul(gradient, output), with_one_column(output.shape()));
    return mul(output, sub(gradient, weighted));
  }
};

class LogSoftmax final : public RowWise {
 public:
  std::string_view name() const override { return "log_softmax"; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      for_rows<T>(inputs[0], output, parts, [](const T* x, T* y, std::int64_t k) {
        const T shift = log_sum_exp(x, k);
        for (std::int64_t j = 0; j < k; ++j) y[j] = x[j] - shift;
      });
    });
  }

  // G - softmax(x) sum_j G_j, row by row
  Tensor bprop(Inputs inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    return sub(gradient, mul(softmax(inputs[0]), sum_to(gradient, with_one_column(output.shape()))));
  }
};

// Sums f(row, j, weight) over the labels: of class indices j with weight 1, of rows all j with their weights.
template <class T, class F>
T sum_over_labels(const char* op, const ConstView& labels, std::int64_t rows, std::int64_t classes, F&& f) {
  T sum = 0;
  if (labels.dtype() == DType::int32) {
    const auto indices = labels.as<std::int32_t>();
    detail::require_labels(op, indices, classes);
    for (std::int64_t i = 0; i < rows; ++i) sum += f(i, indices[static_cast<std::size_t>(i)], T{1});
    return sum;
  }
  const T* weights = static_cast<const T*>(labels.data);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < classes; ++j) {
      const T weight = weights[i * classes + j];
      if (weight != 0) sum += f(i, j, weight);  // 0 ln 0 = 0
    }
  }
  return sum;
}

// 1 where x = 0, else 0
Tensor is_zero(const Tensor& x) {
  return 1.0 - heaviside(x) - heaviside(-x);
}

class CrossEntropy final : public Op {
 public:
  std::string_view name() const override { return "cross_entropy"; }
  bool may_throw() const override { return true; }

  TensorType infer(std::span<const TensorType> inputs) const override { return detail::infer_loss(inputs); }

  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const T* p = static_cast<const T*>(inputs[0].data);
      const std::int64_t m = inputs[0].shape()[0], k = inputs[0].shape()[1];
      *static_cast<T*>(output.data) =
          sum_over_labels<T>("cross_entropy", inputs[1], m, k, [&](std::int64_t i, std::int64_t j, T weight) {
            return -weight * std::log(p[i * k + j] + std::numeric_limits<T>::epsilon());
          });
    });
  }

  // dloss/dp = -y / p, and 0 where y = 0, also when p is 0 there: 1 divides in its place.
  // dloss/dy = -ln(p + eps)
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    const Tensor& p = inputs[0];
    if (wrt == 1) {
      if (inputs[1].dtype() == DType::int32) return Op::bprop(inputs, {}, gradient, wrt);
      const double eps = dispatch_floating(
          p.dtype(), []<class T>() { return static_cast<double>(std::numeric_limits<T>::epsilon()); });
      return mul(gradient, -log(p + eps));
    }
    const Tensor y = detail::label_rows(inputs[1], p);
    return mul(gradient, -(y / (p + is_zero(y) * is_zero(p))));
  }
};

class SoftmaxCrossEntropy final : public Op {
 public:
  std::string_view name() const override { return "softmax_cross_entropy"; }
  bool may_throw() const override { return true; }

  TensorType infer(std::span<const TensorType> inputs) const override { return detail::infer_loss(inputs); }

  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const T* x = static_cast<const T*>(inputs[0].data);
      const std::int64_t m = inputs[0].shape()[0], k = inputs[0].shape()[1];
      std::int64_t row = -1;
      T shift = 0;  // of the row
      const T sum = sum_over_labels<T>("softmax_cross_entropy", inputs[1], m, k,
                                       [&](std::int64_t i, std::int64_t j, T weight) {
                                         if (row != i) shift = log_sum_exp(x + i * k, k);
                                         row = i;
                                         return weight * (shift - x[i * k + j]);
                                       });
      *static_cast<T*>(output.data) = sum / static_cast<T>(m);
    });
  }

  // dloss/dx = (softmax(x) sum_j y_j - y) / m, row by row, where the sum is 1 for class indices.
  // dloss/dy = -log_softmax(x) / m
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    const Tensor &x = inputs[0], &labels = inputs[1];
    const bool indices = labels.dtype() == DType::int32;
    if (wrt == 1 && indices) return Op::bprop(inputs, {}, gradient, wrt);
    const Tensor share = gradient / static_cast<double>(x.shape()[0]);
    if (wrt == 1) return mul(share, -log_softmax(x));
    const Tensor y = detail::label_rows(labels, x);
    const Tensor expected = indices ? softmax(x) : mul(softmax(x), sum_to(y, with_one_column(y.shape())));
    return mul(sub(expected, y), share);
  }
};

}  // namespace

Tensor softmax(const Tensor& x, Location at) {
  return apply<Softmax>({x}, at);
}

Tensor log_softmax(const Tensor& x, Location at) {
  return apply<LogSoftmax>({x}, at);
}

Tensor cross_entropy(const Tensor& probabilities, const Tensor& labels, Location at) {
  return apply<CrossEntropy>({probabilities, labels}, at);
}

Tensor softmax_cross_entropy(const Tensor& scores, const Tensor& labels, Location at) {
  return apply<SoftmaxCrossEntropy>({scores, labels}, at);
}

}  // namespace gradtable
