#include "gradtable/ops/losses.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/detail/composition.hpp"
#include "gradtable/ops/detail/labels.hpp"
#include "gradtable/ops/detail/loops/rows.hpp"
#include "gradtable/ops/detail/pick.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/classification.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
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
  double sum_over_rows(std::span<const ConstView> inputs) const {
    const std::int64_t m = inputs[0].shape()[0], k = inputs[0].shape()[1];
    const bool indices = inputs[1].dtype() == DType::int32;
    if (indices) detail::require_labels(name(), inputs[1].as<std::int32_t>(), {0, m}, k);
    double sum = 0;
    for (std::int64_t i = 0; i < m; i += detail::kRows) {
      const std::int64_t rows = std::min(detail::kRows, m - i);
      const T* x = static_cast<const T*>(inputs[0].data) + i * k;
      sum += indices ? Derived::loss(x, k, rows, static_cast<const std::int32_t*>(inputs[1].data) + i)
                     : Derived::loss(x, k, rows, static_cast<const T*>(inputs[1].data) + i * k);
    }
    return sum;
  }
};

class CrossEntropy final : public Loss<CrossEntropy> {
 public:
  std::string_view name() const override { return "cross_entropy"; }
  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return kFlops * static_cast<double>(inputs[1].shape.size());  // of one probability for each label
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      *static_cast<T*>(output.data) = static_cast<T>(sum_over_rows<T>(inputs));
    });
  }

  template <class T>
  static double loss(const T* p, std::int64_t k, std::int64_t rows, const std::int32_t* labels) {
    detail::RowNumbers<T> chosen;
    for (std::int64_t i = 0; i < rows; ++i) chosen[static_cast<std::size_t>(i)] = p[i * k + labels[i]];
    detail::map(kLog, rows, chosen.data(), std::as_const(chosen).data());
    return -detail::sum_of_rows(chosen, rows);
  }

  template <class T>
  static double loss(const T* p, std::int64_t k, std::int64_t rows, const T* weights) {
    std::array<T, detail::kElements> logarithms;
    const T zero = 0;
    double sum = 0;
    for (std::int64_t i = 0; i < rows * k; i += detail::kElements) {
      const std::int64_t count = std::min(detail::kElements, rows * k - i);
      detail::map(kLog, count, logarithms.data(), p + i);
      sum += detail::weighted_sum(weights + i, &zero, &zero, logarithms.data(), count, 1);
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
    return mul(gradient, -(y / where(equal(y, 0), where(equal(p, 0), 1, p), p)));
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
  TensorType infer(std::span<const TensorType> inputs) const override {
    detail::require_numbers_to_average(inputs[0]);
    return Loss::infer(inputs);
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      *static_cast<T*>(output.data) =
          static_cast<T>(sum_over_rows<T>(inputs) / static_cast<double>(inputs[0].shape()[0]));
    });
  }

  template <class T>
  static double loss(const T* x, std::int64_t k, std::int64_t rows, const std::int32_t* labels) {
    detail::LogSums<T, detail::kRows> sums = detail::log_sum_exp(x, k, rows);
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto row = static_cast<std::size_t>(i);
      sums.log[row] += sums.shift[row] - x[i * k + labels[i]];
    }
    return detail::sum_of_rows(sums.log, rows);
  }

  template <class T>
  static double loss(const T* x, std::int64_t k, std::int64_t rows, const T* weights) {
    const auto sums = detail::log_sum_exp(x, k, rows);
    return detail::weighted_sum(weights, sums.shift.data(), sums.log.data(), x, k, rows);
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

// The losses of the examples, and what their mean divides by in place of their number.
struct Costs {
  Tensor of_examples;
  Tensor shares = {};
};

Tensor reduced(const Costs& costs, LossReduction reduction) {
  if (reduction == LossReduction::none) return costs.of_examples;
  if (reduction == LossReduction::mean && costs.shares.empty()) return mean(costs.of_examples);
  const Tensor total = sum(costs.of_examples);
  return reduction == LossReduction::sum ? total : div(total, sum(costs.shares));
}

// Whether the weight of a class may be 0: only constants are known.
bool may_be_zero(const Tensor& weights) {
  if (weights.empty()) return false;
  if (weights.node().kind != NodeKind::constant) return true;
  return dispatch_floating(weights.dtype(), [&]<class T>() {
    const std::span<const T> numbers = weights.node().value->view().as<T>();
    return std::ranges::find(numbers, T{0}) != numbers.end();
  });
}

// w x, and 0 where w is 0 and x is not finite: what does not count makes no NaN of a sum.
Tensor weighted(const Tensor& weights, const Tensor& x, bool zeros) {
  if (!zeros) return mul(weights, x);
  const Tensor finite = where(less(abs(x), std::numeric_limits<double>::infinity()), x, 0);
  return mul(weights, where(equal(weights, 0), finite, x));
}

// -sum_j w_j x_ij over the classes
Tensor spread_cost(const Tensor& x, const Tensor& weights, bool zeros) {
  return neg(sum(weights.empty() ? x : weighted(weights, x, zeros), {1}));
}

// y (1 - e) + e / k
Tensor smoothed(const Tensor& y, double smoothing) {
  return smoothing == 0 ? y : y * (1 - smoothing) + smoothing / static_cast<double>(y.shape()[1]);
}

// `weights` are those of x's shape, or empty.
Costs costs_of_indices(std::string_view function, const Tensor& x, const Tensor& labels,
                       const Tensor& weights, const LossOptions& options) {
  const std::optional<std::int32_t> ignored = options.ignore_index;
  const double smoothing = options.label_smoothing;
  const bool zeros = may_be_zero(options.weights);
  Costs costs{neg(detail::pick(x, labels, function, ignored))};
  const Tensor counted = ignored ? detail::pick(full_like(x, 1), labels, function, ignored) : Tensor();
  costs.shares = weights.empty() ? counted : detail::pick(weights, labels, function, ignored);
  if (!weights.empty()) costs.of_examples = weighted(costs.shares, costs.of_examples, zeros);
  if (smoothing == 0) return costs;
  Tensor spread = spread_cost(x, weights, zeros);
  if (ignored) spread = mul(counted, spread);
  costs.of_examples =
      costs.of_examples * (1 - smoothing) + spread * (smoothing / static_cast<double>(x.shape()[1]));
  return costs;
}

// The weights of the classes repeated to the shape of x; empty when there are none.
Tensor class_weights(const Tensor& x, const Tensor& weights) {
  if (weights.empty()) return {};
  std::vector<std::int64_t> extents(static_cast<std::size_t>(x.shape().rank()), 1);
  extents[1] = x.shape()[1];
  return broadcast_to(reshape(weights, Shape(extents)), x.shape());
}

// Scores with zeros for the examples that do not count, which may be NaN: the ignored ones, and without
// smoothing those whose class has a weight of 0.
Tensor counted_scores(std::string_view function, const Tensor& x, const Tensor& labels,
                      const LossOptions& options) {
  if (labels.dtype() != DType::int32) return x;
  const std::optional<std::int32_t> ignored = options.ignore_index;
  Tensor left_out;
  if (options.label_smoothing == 0 && may_be_zero(options.weights))
    left_out = equal(detail::pick(class_weights(x, options.weights), labels, function, ignored), 0);
  else if (ignored)
    left_out = equal(labels, *ignored);
  return left_out.empty() ? x : where(unsqueeze(left_out, {1}), 0, x);
}

// What nll and softmax_cross_entropy take.
void require_loss(const detail::Composition& composition, const Tensor& x, const Tensor& labels,
                  const LossOptions& options) {
  const std::array types = {x.type(), labels.type()};
  if (labels.dtype() == DType::uint8 || labels.shape().rank() + 1 == x.shape().rank())
    composition.checked([&] { detail::require_int32(labels.type(), "labels"); });
  if (labels.dtype() == DType::int32 || x.shape().rank() < 2 || x.shape()[1] == 0)
    composition.checked([&] { return detail::infer_pick(types); });
  else
    composition.require_alike(x, labels);
  if (options.ignore_index && labels.dtype() != DType::int32)
    composition.refuse(
        fmt::format("expected int32 labels with ignore_index, got {}", to_string(labels.type())));
  const TensorType of_classes{x.dtype(), {x.shape()[1]}};
  if (!options.weights.empty() && options.weights.type() != of_classes)
    composition.refuse(
        fmt::format("expected weights {}, got {}", to_string(of_classes), to_string(options.weights.type())));
  if (!(options.label_smoothing >= 0 && options.label_smoothing <= 1))
    composition.refuse(fmt::format("expected label_smoothing in [0,1], got {}", options.label_smoothing));
  if (options.reduction == LossReduction::mean) composition.require_numbers_to_average(x);
}

// The inputs of both; the labels stand in for weights that are not there.
detail::Composition composition_of(std::string_view function, const Tensor& x, const Tensor& labels,
                                   const LossOptions& options, Location at) {
  return {function, {x, labels, options.weights.empty() ? labels : options.weights}, at};
}

Tensor nll_in(std::string_view function, const Tensor& x, const Tensor& labels, const LossOptions& options) {
  const Tensor weights = class_weights(x, options.weights);
  if (labels.dtype() == DType::int32)
    return reduced(costs_of_indices(function, x, labels, weights, options), options.reduction);
  const Tensor y = smoothed(labels, options.label_smoothing);
  return reduced({spread_cost(x, weights.empty() ? y : mul(weights, y), true)}, options.reduction);
}

bool is_plain_mean(const LossOptions& options) {
  return options.weights.empty() && !options.ignore_index && options.reduction == LossReduction::mean;
}

}  // namespace

bool detail::is_cross_entropy(const Op& op) {
  return dynamic_cast<const CrossEntropy*>(&op) != nullptr;
}

Tensor cross_entropy(const Tensor& probabilities, const Tensor& labels, Location at) {
  return apply<CrossEntropy>({probabilities, labels}, at);
}

Tensor nll(const Tensor& log_probabilities, const Tensor& labels, const LossOptions& options, Location at) {
  const auto composition = composition_of("nll", log_probabilities, labels, options, at);
  require_loss(composition, log_probabilities, labels, options);
  const Tensor counted = counted_scores("nll", log_probabilities, labels, options);
  return nll_in("nll", counted, labels, options);
}

Tensor softmax_cross_entropy(const Tensor& scores, const Tensor& labels, const LossOptions& options,
                             Location at) {
  const auto composition = composition_of("softmax_cross_entropy", scores, labels, options, at);
  require_loss(composition, scores, labels, options);
  if (!is_plain_mean(options) || scores.shape().rank() > 2) {
    const Tensor counted = counted_scores("softmax_cross_entropy", scores, labels, options);
    return nll_in("softmax_cross_entropy", log_softmax(counted, 1), labels, options);
  }
  const double smoothing = options.label_smoothing;
  const Tensor y = smoothing == 0 ? labels : smoothed(detail::label_rows(labels, scores), smoothing);
  return apply<SoftmaxCrossEntropy>({scores, y}, at);
}

}  // namespace gradtable
