// max, min, argmax and argmin of reduction.hpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/detail/elementwise.hpp"
#include "gradtable/ops/detail/loops/columns.hpp"
#include "gradtable/ops/detail/loops/reduce.hpp"
#include "gradtable/ops/detail/over_axes.hpp"
#include "gradtable/ops/patterns/choice.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// NaN ties with NaN.
template <class T>
GRADTABLE_INLINE inline bool tie(T a, T b) {
  return a == b || (a != a && b != b);
}

// Not equal(a, b): here NaN ties with NaN, and ties are numbers, which can be added up.
class Ties final : public detail::Binary<Ties> {
 public:
  std::string_view name() const override { return "ties"; }
  template <class T>
  static T formula(T a, T b) {
    return tie(a, b) ? T{1} : T{0};
  }
  // dy/da = dy/db = 0
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor&, std::size_t wrt) const override {
    return zeros_like(inputs[wrt]);
  }
};

// 1 where a = b, else 0
Tensor ties(const Tensor& a, const Tensor& b, Location at = Location::current()) {
  return apply<Ties>({a, b}, at);
}

// The number that Join chooses.
template <class Join>
class Extremum : public detail::OverAxes<detail::Reduction>, public detail::Choice {
 public:
  using OverAxes::OverAxes;
  TensorType infer(std::span<const TensorType> inputs) const override { return infer_of_some(inputs); }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const Shape& from = inputs[0].shape();
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::reduce<Join>(static_cast<const T*>(inputs[0].data), from,
                           static_cast<T*>(output.data) + parts.begin, kept(from), parts, detail::kItself);
    });
  }

  // dy/dx_i = 1/n for each of the n numbers that are y, else 0
  Tensor bprop(Inputs inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    const Shape to = kept(inputs[0].shape());
    const Tensor chosen = ties(inputs[0], reshape(output, to));
    const Tensor share = div(reshape(gradient, to), sum_to(chosen, to));
    return where(greater(chosen, 0), share, 0);  // 0 also where an infinite gradient arrives
  }

  Tensor taken(Inputs inputs, const Tensor& output, std::size_t) const override {
    return greater(ties(inputs[0], reshape(output, kept(inputs[0].shape()))), 0);
  }
};

class Max final : public Extremum<detail::Larger> {
 public:
  using Extremum::Extremum;
  std::string_view name() const override { return "max"; }
};

class Min final : public Extremum<detail::Smaller> {
 public:
  using Extremum::Extremum;
  std::string_view name() const override { return "min"; }
};

// The first place of the number that Join chooses. The numbers are known before their places: a search in one
// pass would wait for each comparison.
template <class Join>
class Place : public Op {
 public:
  Place(std::int64_t axis, bool keep_dims) : axis_(axis), keep_dims_(keep_dims) {}
  std::vector<Attribute> attributes() const override { return {{"axis", axis_}, {"keep_dims", keep_dims_}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    detail::floating(inputs);
    const Shape& shape = inputs[0].shape;
    const detail::Axes axes = set(shape);
    if (detail::block_of(shape, axes).extent == 0)
      throw ShapeError(
          fmt::format("expected at least 1 number along axis {}, got {}", axis_, to_string(shape)));
    return {DType::int32, detail::reduced(shape, axes, keep_dims_)};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType> inputs, const TensorType&) const override {
    return detail::block_of(inputs[0].shape, set(inputs[0].shape)).inner == 1;
  }
  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return 2 * static_cast<double>(inputs[0].shape.size());
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const detail::Block block = detail::block_of(inputs[0].shape(), set(inputs[0].shape()));
    dispatch_floating(inputs[0].dtype(), [&]<class T>() {
      detail::for_columns(block, parts, [&](std::int64_t from, std::int64_t to, std::int64_t count) {
        const T* x = static_cast<const T*>(inputs[0].data) + from;
        auto* y = static_cast<std::int32_t*>(output.data) + to;
        if (block.inner == 1)
          in_rows(x, block.extent, count, y);
        else
          in_columns(x, block.extent, block.inner, count, y);
      });
    });
  }

 private:
  detail::Axes set(const Shape& shape) const { return detail::set_of(std::array{axis_}, shape.rank()); }

  template <class T>
  static void in_rows(const T* x, std::int64_t n, std::int64_t rows, std::int32_t* y) {
    std::array<T, detail::kColumns> chosen;
    detail::simd([=, to = chosen.data()]() GRADTABLE_INLINE {
      for (std::int64_t i = 0; i < rows; ++i) {
        const auto number = [row = x + i * n](std::int64_t j) GRADTABLE_INLINE { return row[j]; };
        to[i] = detail::fold_of<T>(n, Join(), number);
      }
    });
    for (std::int64_t i = 0; i < rows; ++i) {
      const T *row = x + i * n, *end = row + n, number = chosen[static_cast<std::size_t>(i)];
      const T* found = std::isnan(number) ? std::find_if(row, end, [](T v) { return std::isnan(v); })
                                          : std::find(row, end, number);
      y[i] = static_cast<std::int32_t>(found - row);
    }
  }

  template <class T>
  static void in_columns(const T* x, std::int64_t n, std::int64_t stride, std::int64_t count,
                         std::int32_t* y) {
    std::array<T, detail::kColumns> chosen;
    std::fill_n(chosen.begin(), count, Join::template kNeutral<T>);
    detail::join_columns(detail::Walk<1>({n}, {detail::Strides{stride}}), x, chosen.data(), count, Join(),
                         detail::kItself);
    // The first place is written last.
    detail::simd([=, numbers = std::as_const(chosen).data()]() GRADTABLE_INLINE {
      for (std::int64_t i = n - 1; i >= 0; --i) {
        GRADTABLE_INDEPENDENT
        for (std::int64_t j = 0; j < count; ++j)
          y[j] = tie(x[i * stride + j], numbers[j]) ? static_cast<std::int32_t>(i) : y[j];
      }
    });
  }

  std::int64_t axis_;
  bool keep_dims_;
};

class ArgMax final : public Place<detail::Larger> {
 public:
  using Place::Place;
  std::string_view name() const override { return "argmax"; }
};

class ArgMin final : public Place<detail::Smaller> {
 public:
  using Place::Place;
  std::string_view name() const override { return "argmin"; }
};

}  // namespace

Tensor max(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  return apply(std::make_shared<const Max>(std::move(axes), keep_dims), {x}, at);
}

Tensor min(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  return apply(std::make_shared<const Min>(std::move(axes), keep_dims), {x}, at);
}

Tensor argmax(const Tensor& x, std::int64_t axis, bool keep_dims, Location at) {
  return apply(std::make_shared<const ArgMax>(axis, keep_dims), {x}, at);
}

Tensor argmin(const Tensor& x, std::int64_t axis, bool keep_dims, Location at) {
  return apply(std::make_shared<const ArgMin>(axis, keep_dims), {x}, at);
}

}  // namespace gradtable
