#include "gradtable/ops/softmax.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/loops/columns.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/detail/softmax_or_zeros.hpp"
#include "gradtable/ops/patterns/classification.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// Operations for each element of an op that takes its exponential or logarithm.
constexpr double kFlops = 15;

// Ops that turn the numbers along an axis into as many. The axis is counted from the end.
class AlongAxis : public Op {
 public:
  explicit AlongAxis(std::int64_t axis) : axis_(axis) {}
  std::vector<Attribute> attributes() const override { return {{"axis", axis_}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const DType dtype = detail::floating(inputs);
    const Shape& shape = inputs[0].shape;
    if (block(shape).extent == 0)
      throw ShapeError(
          fmt::format("expected at least 1 number along axis {}, got {}", axis_, to_string(shape)));
    return {dtype, shape};
  }

  // Blocks of the axis and those behind it.
  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return block(output.shape).outer;
  }

  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }
  bool may_overwrite(std::size_t) const override { return true; }
  double flops(std::span<const TensorType>, const TensorType& output) const override {
    return kFlops * static_cast<double>(output.shape.size());
  }

  std::int64_t axis() const { return axis_; }

 protected:
  // Calls rows(x, y, k, count) with the start of each group of rows, at most kRows, of the input and the
  // output, or columns(x, y, k, stride, count) with that of columns, at most kColumns.
  template <class T, class Rows, class Columns>
  void for_groups(const ConstView& input, const View& output, Parts parts, Rows&& rows,
                  Columns&& columns) const {
    const detail::Block all = block(output.shape());
    const T* x = static_cast<const T*>(input.data);
    T* y = static_cast<T*>(output.data);
    if (all.inner != 1) {
      detail::for_columns(all, {parts.begin * all.inner, parts.end * all.inner},
                          [&](std::int64_t from, std::int64_t, std::int64_t count) {
                            columns(x + from, y + from, all.extent, all.inner, count);
                          });
      return;
    }
    const std::int64_t k = all.extent,
                       most = std::clamp<std::int64_t>(detail::kElements / k, 1, detail::kRows);
    for (std::int64_t row = parts.begin; row < parts.end; row += most)
      rows(x + row * k, y + row * k, k, std::min(most, parts.end - row));
  }

 private:
  detail::Block block(const Shape& shape) const {
    return detail::block_of(shape, detail::set_of(std::array{axis_}, shape.rank()));
  }

  std::int64_t axis_;
};

// Probabilities; of nothing but -inf, which has none, NaN, or zeros in SoftmaxOrZeros.
template <bool Zeros>
class BasicSoftmax final : public AlongAxis {
 public:
  using AlongAxis::AlongAxis;
  std::string_view name() const override { return Zeros ? "softmax_or_zeros" : "softmax"; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(),
                      [&]<class T>() { for_groups<T>(inputs[0], output, parts, of_rows<T>, of_columns<T>); });
  }

  // y (G - sum_j G_j y_j), along the axis
  Tensor bprop(Inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    const Tensor weighted = sum(mul(gradient, output), {axis()}, true);
    return mul(output, sub(gradient, weighted));
  }

 private:
  GRADTABLE_INLINE static double inverse(double sum) { return Zeros && sum == 0 ? 0.0 : 1 / sum; }

  template <class T>
  static void of_rows(const T* x, T* y, std::int64_t k, std::int64_t rows) {
    detail::RowNumbers<T> largest;
    detail::RowNumbers<double> sums{};
    detail::largest_of_rows(x, k, rows, largest.data());
    if constexpr (Zeros) detail::keep_finite(largest.data(), rows);
    detail::shift_rows(x, k, largest.data(), rows, k, y);
    detail::map(detail::kExp, rows * k, y, static_cast<const T*>(y));
    detail::add_row_sums(y, k, rows, sums.data());
    divide_rows(y, k, rows, sums.data());
  }

  template <class T>
  static void of_columns(const T* x, T* y, std::int64_t k, std::int64_t stride, std::int64_t count) {
    std::array<T, detail::kColumns> largest;
    std::array<double, detail::kColumns> sums{};
    detail::largest_of_columns(x, k, stride, count, largest.data());
    if constexpr (Zeros) detail::keep_finite(largest.data(), count);
    detail::shift_columns(x, k, stride, largest.data(), count, y, stride);
    detail::exp_of_columns(y, k, stride, count);
    detail::add_columns(y, k, stride, count, sums.data());
    std::array<T, detail::kColumns> factors;
    std::transform(sums.begin(), sums.begin() + count, factors.begin(),
                   [](double sum) { return static_cast<T>(inverse(sum)); });
    multiply_columns(y, k, stride, std::as_const(factors).data(), count);
  }

  template <class T>
  static void divide_rows(T* y, std::int64_t k, std::int64_t rows, const double* sums) {
    detail::simd([=]() GRADTABLE_INLINE {
      for (std::int64_t i = 0; i < rows; ++i) {
        const auto factor = static_cast<T>(inverse(sums[i]));
        for (std::int64_t j = 0; j < k; ++j) y[i * k + j] *= factor;
      }
    });
  }

  template <class T>
  static void multiply_columns(T* y, std::int64_t k, std::int64_t stride, const T* factors,
                               std::int64_t count) {
    detail::simd([=]() GRADTABLE_INLINE {
      for (std::int64_t i = 0; i < k; ++i) {
        GRADTABLE_INDEPENDENT
        for (std::int64_t j = 0; j < count; ++j) y[i * stride + j] *= factors[j];
      }
    });
  }
};

using Softmax = BasicSoftmax<false>;
using SoftmaxOrZeros = BasicSoftmax<true>;

class LogSoftmax final : public AlongAxis {
 public:
  using AlongAxis::AlongAxis;
  std::string_view name() const override { return "log_softmax"; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(),
                      [&]<class T>() { for_groups<T>(inputs[0], output, parts, of_rows<T>, of_columns<T>); });
  }

  // G - softmax(x) sum_j G_j, along the axis
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return sub(gradient, mul(softmax(inputs[0], axis()), sum(gradient, {axis()}, true)));
  }

 private:
  template <class T>
  static void of_rows(const T* x, T* y, std::int64_t k, std::int64_t rows) {
    const auto sums = detail::log_sum_exp(x, k, rows);
    detail::subtract_log_sums(x, k, sums.shift.data(), sums.log.data(), rows, y);
  }

  template <class T>
  static void of_columns(const T* x, T* y, std::int64_t k, std::int64_t stride, std::int64_t count) {
    const auto sums = detail::log_sum_exp_of_columns(x, k, stride, count);
    detail::subtract_log_sums_of_columns(x, k, stride, sums.shift.data(), sums.log.data(), count, y);
  }
};

// The op along an axis that is counted from either end.
template <class OpClass>
Tensor along(const Tensor& x, std::string_view name, std::int64_t axis, Location at) {
  const int place = detail::checked(x, name, at, [&] { return detail::axis_of(axis, x.shape().rank()); });
  return apply(std::make_shared<const OpClass>(place - x.shape().rank()), {x}, at);
}

}  // namespace

std::optional<std::int64_t> detail::softmax_axis(const Op& op) {
  const auto* softmax = dynamic_cast<const Softmax*>(&op);
  return softmax ? std::optional(softmax->axis()) : std::nullopt;
}

bool detail::is_softmax(const Op& op) {
  return softmax_axis(op) == -1;
}

bool detail::is_log_softmax(const Op& op) {
  const auto* log_softmax = dynamic_cast<const LogSoftmax*>(&op);
  return log_softmax != nullptr && log_softmax->axis() == -1;
}

Tensor softmax(const Tensor& x, std::int64_t axis, Location at) {
  return along<Softmax>(x, "softmax", axis, at);
}

Tensor detail::softmax_or_zeros(const Tensor& x, std::int64_t axis) {
  return along<SoftmaxOrZeros>(x, "softmax", axis, Location::current());
}

Tensor log_softmax(const Tensor& x, std::int64_t axis, Location at) {
  return along<LogSoftmax>(x, "log_softmax", axis, at);
}

}  // namespace gradtable
