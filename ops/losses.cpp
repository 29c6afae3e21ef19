#include "gradtable/ops/losses.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/labels.hpp"
#include "gradtable/ops/detail/rows.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// Operations for each element whose logarithm or exponential is taken.
constexpr double kFlops = 15;

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
    const Tensor expected = indices ? softmax(x) : mul(softmax(x), sum(y, {-1}, true));
    return mul(sub(expected, y), share);
  }
};

}  // namespace

Tensor cross_entropy(const Tensor& probabilities, const Tensor& labels, Location at) {
  return apply<CrossEntropy>({probabilities, labels}, at);
}

Tensor softmax_cross_entropy(const Tensor& scores, const Tensor& labels, Location at) {
  return apply<SoftmaxCrossEntropy>({scores, labels}, at);
}

}  // namespace gradtable
