#include "gradtable/ops/reduction.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/detail/map.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/detail/strides.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// sums[j] = the sum of x[j] over the summed walk, for j < count. Rows are added eight at a time in a tree.
template <class T>
void sum_columns(const detail::Walk<1>& summed, const T* x, T* sums, std::int64_t count) {
  const std::int64_t stride = summed.run_stride(0);
  std::fill_n(sums, count, T{0});
  summed.for_pieces(0, summed.size(), [&](const std::array<std::int64_t, 1>& at, std::int64_t rows) {
    detail::simd([=, from = x + at[0]]() GRADTABLE_INLINE {
      std::int64_t row = 0;
      for (; row + 8 <= rows; row += 8) {
        const T* r = from + row * stride;
        GRADTABLE_INDEPENDENT
        for (std::int64_t j = 0; j < count; ++j) {
          const T first = (r[j] + r[stride + j]) + (r[2 * stride + j] + r[3 * stride + j]);
          const T last = (r[4 * stride + j] + r[5 * stride + j]) + (r[6 * stride + j] + r[7 * stride + j]);
          sums[j] += first + last;
        }
      }
      for (; row < rows; ++row) {
        GRADTABLE_INDEPENDENT
        for (std::int64_t j = 0; j < count; ++j) sums[j] += from[row * stride + j];
      }
    });
  });
}

// sums[j] = the sum of x[j * step] over the summed walk, whose runs lie in one piece, for j < count.
template <class T>
void sum_runs(const detail::Walk<1>& summed, const T* x, std::int64_t step, T* sums, std::int64_t count) {
  std::fill_n(sums, count, T{0});
  summed.for_pieces(0, summed.size(), [&](const std::array<std::int64_t, 1>& at, std::int64_t run) {
    detail::simd([=, from = x + at[0]]() GRADTABLE_INLINE {
      for (std::int64_t j = 0; j < count; ++j) {
        const T* numbers = from + j * step;
        sums[j] += detail::sum_of<T>(run, [numbers](std::int64_t i) GRADTABLE_INLINE { return numbers[i]; });
      }
    });
  });
}

// The elements [begin, end) of `sums`: x summed over the axes on which `kept`, of x's rank, has an extent of
// 1. The order of summation follows from the shapes alone.
template <class T>
void sum_into(const T* x, const Shape& from, T* sums, const Shape& kept, Parts elements) {
  const detail::Strides strides = detail::dense_strides(from);
  std::array<std::int64_t, Shape::kMaxRank> extents{};
  for (int axis = 0; axis < from.rank(); ++axis)
    extents[static_cast<std::size_t>(axis)] = kept[axis] == from[axis] ? 1 : from[axis];
  const Shape added(std::span<const std::int64_t>(extents).first(static_cast<std::size_t>(from.rank())));
  const detail::Walk<1> summed(added, {strides});
  const detail::Walk<1> outer(kept, {strides});
  T* to = sums + elements.begin;
  outer.for_pieces(elements.begin, elements.end,
                   [&](const std::array<std::int64_t, 1>& at, std::int64_t count) {
                     if (outer.run_stride(0) == 1 && summed.run_stride(0) != 1)
                       sum_columns(summed, x + at[0], to, count);
                     else
                       sum_runs(summed, x + at[0], outer.run_stride(0), to, count);
                     to += count;
                   });
}

}  // namespace

std::int64_t detail::Reduction::parts(std::span<const TensorType>, const TensorType& output) const {
  return output.shape.size();
}

// Only sums over the last axes are, in order, sums of slices.
bool detail::Reduction::reads_own_slice(std::size_t, std::span<const TensorType> inputs,
                                        const TensorType&) const {
  const Shape &from = inputs[0].shape, to = kept(from);
  int axis = 0;
  while (axis < from.rank() && to[axis] == from[axis]) ++axis;
  while (axis < from.rank() && to[axis] == 1) ++axis;
  return axis == from.rank();
}

double detail::Reduction::flops(std::span<const TensorType> inputs, const TensorType&) const {
  return static_cast<double>(inputs[0].shape.size());
}

void detail::Reduction::forward(std::span<const ConstView> inputs, const View& output, Parts parts) const {
  const Shape& from = inputs[0].shape();
  dispatch_floating(output.dtype(), [&]<class T>() {
    T* sums = static_cast<T*>(output.data);
    sum_into(static_cast<const T*>(inputs[0].data), from, sums, kept(from), parts);
    const auto factor = static_cast<T>(weight(from));
    if (factor != 1)
      std::transform(sums + parts.begin, sums + parts.end, sums + parts.begin,
                     [factor](T sum) { return sum * factor; });
  });
}

// Of single elements.
Tensor detail::Reduction::simplified(Inputs inputs) const {
  const TensorType type = infer(std::array{inputs[0].type()});
  return kept(inputs[0].shape()) == inputs[0].shape() ? reshape(inputs[0], type.shape) : Tensor();
}

// dy_j/dx_i = weight for the j that x_i was added to
Tensor detail::Reduction::bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const {
  const Shape& shape = inputs[0].shape();
  const Tensor back = reshape(gradient, kept(shape));
  return broadcast_to(weight(shape) == 1 ? back : scale(back, weight(shape)), shape);
}

namespace {

// What Sum and Mean share.
class AxisReduction : public detail::Reduction {
 public:
  AxisReduction(std::vector<std::int64_t> axes, bool keep_dims)
      : axes_(std::move(axes)), keep_dims_(keep_dims) {}
  std::vector<Attribute> attributes() const override { return {{"axes", axes_}, {"keep_dims", keep_dims_}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const Shape& shape = inputs[0].shape;
    return {detail::floating(inputs),
            detail::reduced(shape, detail::set_of(axes_, shape.rank()), keep_dims_)};
  }

  Shape kept(const Shape& shape) const override {
    return detail::reduced(shape, detail::set_of(axes_, shape.rank()), true);
  }

 private:
  std::vector<std::int64_t> axes_;
  bool keep_dims_;
};

class Sum final : public AxisReduction {
 public:
  using AxisReduction::AxisReduction;
  std::string_view name() const override { return "sum"; }
};

class Mean final : public AxisReduction {
 public:
  using AxisReduction::AxisReduction;
  std::string_view name() const override { return "mean"; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const TensorType type = AxisReduction::infer(inputs);
    if (inputs[0].shape.size() == 0 && type.shape.size() != 0)
      throw ShapeError(fmt::format("expected something to average, got {}", to_string(inputs[0].shape)));
    return type;
  }

  double weight(const Shape& shape) const override {
    return static_cast<double>(kept(shape).size()) / static_cast<double>(shape.size());
  }
};

}  // namespace

Tensor sum(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  return apply(std::make_shared<const Sum>(std::move(axes), keep_dims), {x}, at);
}

Tensor mean(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  return apply(std::make_shared<const Mean>(std::move(axes), keep_dims), {x}, at);
}

}  // namespace gradtable
