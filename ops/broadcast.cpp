#include "gradtable/ops/broadcast.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/detail/map.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/detail/strides.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/reduction.hpp"
#include "gradtable/ops/patterns/shaping.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

std::vector<std::int64_t> extents_of(const Shape& shape) {
  return {shape.extents().begin(), shape.extents().end()};
}

class BroadcastTo final : public Op {
 public:
  explicit BroadcastTo(const Shape& shape) : shape_(shape) {}
  std::string_view name() const override { return "broadcast_to"; }
  std::vector<Attribute> attributes() const override { return {{"shape", extents_of(shape_)}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    if (!broadcasts_to(inputs[0].shape, shape_))
      throw ShapeError(fmt::format("expected a shape that broadcasts to {}, got {}", to_string(shape_),
                                   to_string(inputs[0].shape)));
    return {detail::floating(inputs), shape_};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::copy_pieces(walk(inputs[0].shape()), static_cast<const T*>(inputs[0].data),
                          static_cast<T*>(output.data) + parts.begin, parts.begin, parts.end);
    });
  }

  // To its own shape; of what was broadcast before.
  Tensor simplified(Inputs inputs) const override {
    if (inputs[0].shape() == shape_) return inputs[0];
    const Tensor x = detail::argument_of<BroadcastTo>(inputs[0]);
    return x.empty() ? Tensor() : broadcast_to(x, shape_);
  }

  // Every x_i is there once for each repetition, and its gradient is the sum over them: what the caller does.
  Tensor bprop(Inputs, const Tensor&, const Tensor& gradient, std::size_t) const override { return gradient; }

 private:
  detail::Walk<1> walk(const Shape& from) const {
    return {shape_, {detail::broadcast_strides(from, shape_)}};
  }

  Shape shape_;
};

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

class SumTo final : public detail::Reduction {
 public:
  explicit SumTo(const Shape& shape) : shape_(shape) {}
  std::string_view name() const override { return "sum_to"; }
  std::vector<Attribute> attributes() const override { return {{"shape", extents_of(shape_)}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    if (!broadcasts_to(shape_, inputs[0].shape))
      throw ShapeError(fmt::format("expected a shape to which {} broadcasts, got {}", to_string(shape_),
                                   to_string(inputs[0].shape)));
    return {detail::floating(inputs), shape_};
  }

  // Leading axes that shape_ lacks are summed.
  Shape kept(const Shape& shape) const override {
    std::array<std::int64_t, Shape::kMaxRank> extents{};
    const int missing = shape.rank() - shape_.rank();
    for (int axis = 0; axis < shape.rank(); ++axis)
      extents[static_cast<std::size_t>(axis)] = axis < missing ? 1 : shape_[axis - missing];
    return Shape(std::span(extents).first(static_cast<std::size_t>(shape.rank())));
  }

 private:
  Shape shape_;
};

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

std::optional<double> detail::constant_value(const Tensor& x) {
  const Tensor repeated = argument_of<BroadcastTo>(x);
  if (!repeated.empty()) return constant_value(repeated);
  if (x.node().kind != NodeKind::constant || !is_floating(x.dtype()) || x.shape().size() == 0) return {};
  return dispatch_floating(x.dtype(), [&]<class T>() -> std::optional<double> {
    const std::span<const T> numbers = x.node().value->view().as<T>();
    const bool one = std::ranges::all_of(numbers, [&](T number) { return number == numbers[0]; });
    return one ? std::optional<double>(numbers[0]) : std::nullopt;
  });
}

bool detail::is_broadcast(const Op& op) {
  return dynamic_cast<const BroadcastTo*>(&op) != nullptr;
}

Tensor broadcast_to(const Tensor& x, const Shape& shape, Location at) {
  if (!x.empty() && x.shape() == shape) return x;
  return apply(std::make_shared<const BroadcastTo>(shape), {x}, at);
}

Tensor sum_to(const Tensor& x, const Shape& shape, Location at) {
  if (!x.empty() && x.shape() == shape) return x;
  return apply(std::make_shared<const SumTo>(shape), {x}, at);
}

Tensor sum(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  return apply(std::make_shared<const Sum>(std::move(axes), keep_dims), {x}, at);
}

Tensor mean(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  return apply(std::make_shared<const Mean>(std::move(axes), keep_dims), {x}, at);
}

Tensor full_like(const Tensor& x, double value, Location at) {
  return broadcast_to(x.graph().constant(value, x.dtype(), at), x.shape(), at);
}

}  // namespace gradtable
