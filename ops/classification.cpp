#include "gradtable/ops/classification.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/detail/labels.hpp"
#include "gradtable/ops/detail/rows.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/classification.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// The shape of x with 1 for its last axis.
Shape with_one_column(const Shape& shape) {
  return detail::reduced(shape, detail::Axes{}.set(static_cast<std::size_t>(shape.rank() - 1)), true);
}

// Operations for each element of an op that takes its exponential or logarithm.
constexpr double kFlops = 15;

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

  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }
  bool may_overwrite(std::size_t) const override { return true; }
  double flops(std::span<const TensorType>, const TensorType& output) const override {
    return kFlops * static_cast<double>(output.shape.size());
  }

 protected:
  // Calls f(x, y, k, count) with the start of each group of rows, at most kRows, of the input and the output.
  template <class T, class F>
  static void for_rows(const ConstView& input, const View& output, Parts rows, F&& f) {
    const std::int64_t k = output.shape()[-1];
    const std::int64_t together = std::clamp<std::int64_t>(detail::kElements / k, 1, detail::kRows);
    for (std::int64_t row = rows.begin; row < rows.end; row += together)
      f(static_cast<const T*>(input.data) + row * k, static_cast<T*>(output.data) + row * k, k,
        std::min(together, rows.end - row));
  }
};

class Softmax final : public RowWise {
 public:
  std::string_view name() const override { return "softmax"; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      for_rows<T>(inputs[0], output, parts, [](const T* x, T* y, std::int64_t k, std::int64_t rows) {
        detail::RowNumbers<T> largest, sums{};
        detail::largest_of_rows(x, k, rows, largest.data());
        detail::shift_rows(x, k, largest.data(), rows, k, y);
        detail::map(detail::kExp, rows * k, y, static_cast<const T*>(y));
        detail::add_row_sums(y, k, rows, sums.data());
        divide_rows(y, k, rows, sums.data());
      });
    });
  }

  // y (G - sum_j G_j y_j), row by row
  Tensor bprop(Inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    const Tensor weighted = sum_to(mul(gradient, output), with_one_column(output.shape()));
    return mul(output, sub(gradient, weighted));
  }

 private:
  template <class T>
  static void divide_rows(T* y, std::int64_t k, std::int64_t rows, const T* sums) {
    detail::simd([=]() GRADTABLE_INLINE {
      for (std::int64_t i = 0; i < rows; ++i) {
        const T factor = T{1} / sums[i];
        for (std::int64_t j = 0; j < k; ++j) y[i * k + j] *= factor;
      }
    });
  }
};

class LogSoftmax final : public RowWise {
 public:
  std::string_view name() const override { return "log_softmax"; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      for_rows<T>(inputs[0], output, parts, [](const T* x, T* y, std::int64_t k, std::int64_t rows) {
        const detail::RowNumbers<T> shift = detail::log_sum_exp(x, k, rows);
        detail::shift_rows(x, k, shift.data(), rows, k, y);
      });
    });
  }

  // G - softmax(x) sum_j G_j, row by row
  Tensor bprop(Inputs inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    return sub(gradient, mul(softmax(inputs[0]), sum_to(gradient, with_one_column(output.shape()))));
  }
};

// A loss over the rows of scores or probabilities with their labels: Derived::loss(x, k, rows, y) is the sum
// over at most kRows rows x with the labels y, class indices or rows of weights.
template <class Derived>
class Loss : public Op {
 public:
  bool may_throw() const override { return true; }
  TensorType infer(std::span<const TensorType> inputs) const override { return detail::infer_loss(inputs); }
  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return kFlops * static_cast<double>(inputs[0].shape.size());
  }

 protected:
  template <class T>
  T sum_over_rows(std::span<const ConstView> inputs) const {
    const std::int64_t m = inputs[0].shape()[0], k = inputs[0].shape()[1];
    const bool indices = inputs[1].dtype() == DType::int32;
    if (indices) detail::require_labels(name(), inputs[1].as<std::int32_t>(), {0, m}, k);
    T sum = 0;
    for (std::int64_t i = 0; i < m; i += detail::kRows) {
      const std::int64_t rows = std::min(detail::kRows, m - i);
      const T* x = static_cast<const T*>(inputs[0].data) + i * k;
      sum += indices ? Derived::loss(x, k, rows, static_cast<const std::int32_t*>(inputs[1].data) + i)
                     : Derived::loss(x, k, rows, static_cast<const T*>(inputs[1].data) + i * k);
    }
    return sum;
  }
};

// 1 where x = 0, else 0
Tensor is_zero(const Tensor& x) {
  return 1.0 - heaviside(x) - heaviside(-x);
}

class CrossEntropy final : public Loss<CrossEntropy> {
 public:
  std::string_view name() const override { return "cross_entropy"; }
  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return kFlops * static_cast<double>(inputs[1].shape.size());  // of one probability for each label
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    dispatch_floating(output.dtype(),
                      [&]<class T>() { *static_cast<T*>(output.data) = sum_over_rows<T>(inputs); });
  }

  template <class T>
  static T loss(const T* p, std::int64_t k, std::int64_t rows, const std::int32_t* labels) {
    detail::RowNumbers<T> chosen;
    for (std::int64_t i = 0; i < rows; ++i) chosen[static_cast<std::size_t>(i)] = p[i * k + labels[i]];
    detail::map(kLog, rows, chosen.data(), std::as_const(chosen).data());
    return -detail::sum_of_rows(chosen, rows);
  }

  template <class T>
  static T loss(const T* p, std::int64_t k, std::int64_t rows, const T* weights) {
    std::array<T, detail::kElements> logarithms;
    const T zero = 0;
    T sum = 0;
    for (std::int64_t i = 0; i < rows * k; i += detail::kElements) {
      const std::int64_t count = std::min(detail::kElements, rows * k - i);
      detail::map(kLog, count, logarithms.data(), p + i);
      sum += detail::weighted_sum(weights + i, &zero, logarithms.data(), count, 1);
    }
    return sum;
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

 private:
  // ln(p + eps)
  static constexpr auto kLog = []<class T>(T p) GRADTABLE_INLINE {
    return detail::log(p + std::numeric_limits<T>::epsilon());
  };
};

class SoftmaxCrossEntropy final : public Loss<SoftmaxCrossEntropy> {
 public:
  std::string_view name() const override { return "softmax_cross_entropy"; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      *static_cast<T*>(output.data) = sum_over_rows<T>(inputs) / static_cast<T>(inputs[0].shape()[0]);
    });
  }

  template <class T>
  static T loss(const T* x, std::int64_t k, std::int64_t rows, const std::int32_t* labels) {
    detail::RowNumbers<T> costs = detail::log_sum_exp(x, k, rows);
    for (std::int64_t i = 0; i < rows; ++i) costs[static_cast<std::size_t>(i)] -= x[i * k + labels[i]];
    return detail::sum_of_rows(costs, rows);
  }

  template <class T>
  static T loss(const T* x, std::int64_t k, std::int64_t rows, const T* weights) {
    return detail::weighted_sum(weights, detail::log_sum_exp(x, k, rows).data(), x, k, rows);
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

bool detail::is_softmax(const Op& op) {
  return dynamic_cast<const Softmax*>(&op) != nullptr;
}

bool detail::is_log_softmax(const Op& op) {
  return dynamic_cast<const LogSoftmax*>(&op) != nullptr;
}

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
