#include "gradtable/ops/softmax.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/rows.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/patterns/classification.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

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
    const Tensor weighted = sum(mul(gradient, output), {-1}, true);
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
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return sub(gradient, mul(softmax(inputs[0]), sum(gradient, {-1}, true)));
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

}  // namespace gradtable
