#include "gradtable/ops/broadcast.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/detail/loops/strides.hpp"
#include "gradtable/ops/detail/operand.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/patterns/choice.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/reduction.hpp"
#include "gradtable/ops/patterns/shaping.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

class BroadcastTo final : public Op, public detail::Copies {
 public:
  explicit BroadcastTo(const Shape& shape) : shape_(shape) {}
  std::string_view name() const override { return "broadcast_to"; }
  std::vector<Attribute> attributes() const override { return {{"shape", detail::extents_of(shape_)}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    if (!broadcasts_to(inputs[0].shape, shape_))
      throw ShapeError(fmt::format("expected a shape that broadcasts to {}, got {}", to_string(shape_),
                                   to_string(inputs[0].shape)));
    return {inputs[0].dtype, shape_};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch(output.dtype(), [&]<class T>() {
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

class SumTo final : public detail::WeightedSum {
 public:
  explicit SumTo(const Shape& shape) : shape_(shape) {}
  std::string_view name() const override { return "sum_to"; }
  std::vector<Attribute> attributes() const override { return {{"shape", detail::extents_of(shape_)}}; }

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

Tensor full_like(const Tensor& x, double value, Location at) {
  const Tensor number = detail::number_beside(x, value, "full_like", at);
  return broadcast_to(number, x.shape(), at);
}

}  // namespace gradtable
