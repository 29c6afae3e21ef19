#include "gradtable/ops/broadcast.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/detail/strides.hpp"
#include "gradtable/ops/elementwise.hpp"
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

  std::int64_t parts(std::span<const TensorType> inputs, const TensorType&) const override {
    return walk(inputs[0].shape).runs();
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::copy_runs(walk(inputs[0].shape()), static_cast<const T*>(inputs[0].data),
                        static_cast<T*>(output.data), parts.begin, parts.end);
    });
  }

  // Every x_i is there once for each repetition, and its gradient is the sum over them: what the caller does.
  Tensor bprop(Inputs, const Tensor&, const Tensor& gradient, std::size_t) const override { return gradient; }

 private:
  detail::Walk<1> walk(const Shape& from) const {
    return {shape_, {detail::broadcast_strides(from, shape_)}};
  }

  Shape shape_;
};

// Adds x, seen with the shape it has, onto `sums`, an array of a shape that broadcasts to x's, after setting
// it to 0. Runs are summed in a fixed tree of lanes, faster and more exact than one after the other.
template <class T>
void sum_into(const T* x, const Shape& from, T* sums, const Shape& to) {
  constexpr std::int64_t kLanes = 16;
  const detail::Walk<2> runs(from, {detail::dense_strides(from), detail::broadcast_strides(to, from)});
  std::fill_n(sums, to.size(), T{0});
  runs.for_runs(0, runs.runs(), [&](const std::array<std::int64_t, 2>& at) {
    const T* run = x + at[0];
    T* sum = sums + at[1];
    if (runs.run_stride(1) != 0) {
      for (std::int64_t i = 0; i < runs.run(); ++i) sum[i] += run[i];
      return;
    }
    std::array<T, kLanes> lanes{};
    const std::int64_t even = runs.run() / kLanes * kLanes;
    for (std::int64_t i = 0; i < even; i += kLanes) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane)
        lanes[static_cast<std::size_t>(lane)] += run[i + lane];
    }
    for (std::int64_t i = even; i < runs.run(); ++i) lanes[static_cast<std::size_t>(i - even)] += run[i];
    for (std::size_t width = kLanes / 2; width > 0; width /= 2) {
      for (std::size_t lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
    }
    *sum += lanes[0];
  });
}

class SumTo final : public Op {
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

  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      sum_into(static_cast<const T*>(inputs[0].data), inputs[0].shape(), static_cast<T*>(output.data),
               shape_);
    });
  }

  // dy_j/dx_i = 1 for the j that x_i was added to
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return broadcast_to(gradient, inputs[0].shape());
  }

 private:
  Shape shape_;
};

// What sum and mean share.
class AxisReduction : public Op {
 public:
  AxisReduction(std::vector<std::int64_t> axes, bool keep_dims)
      : axes_(std::move(axes)), keep_dims_(keep_dims) {}
  std::vector<Attribute> attributes() const override { return {{"axes", axes_}, {"keep_dims", keep_dims_}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const Shape& shape = inputs[0].shape;
    return {detail::floating(inputs),
            detail::reduced(shape, detail::set_of(axes_, shape.rank()), keep_dims_)};
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    const Shape kept = with_ones(inputs[0].shape());
    dispatch_floating(output.dtype(), [&]<class T>() {
      T* sums = static_cast<T*>(output.data);
      sum_into(static_cast<const T*>(inputs[0].data), inputs[0].shape(), sums, kept);
      const auto factor = static_cast<T>(weight(inputs[0].shape()));
      for (std::int64_t i = 0; i < kept.size(); ++i) sums[i] *= factor;
    });
  }

  // dy_j/dx_i = weight for the j that x_i was added to
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    const Shape& shape = inputs[0].shape();
    const Tensor kept = reshape(gradient, with_ones(shape));
    return broadcast_to(weight(shape) == 1 ? kept : scale(kept, weight(shape)), shape);
  }

 protected:
  // The factor of every summand.
  virtual double weight(const Shape& shape) const = 0;

  // The shape with 1 for every summed axis.
  Shape with_ones(const Shape& shape) const {
    return detail::reduced(shape, detail::set_of(axes_, shape.rank()), true);
  }

  std::vector<std::int64_t> axes_;
  bool keep_dims_;
};

class Sum final : public AxisReduction {
 public:
  using AxisReduction::AxisReduction;
  std::string_view name() const override { return "sum"; }

 protected:
  double weight(const Shape&) const override { return 1; }
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

 protected:
  double weight(const Shape& shape) const override {
    return static_cast<double>(with_ones(shape).size()) / static_cast<double>(shape.size());
  }
};

}  // namespace

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
