#include "gradtable/ops/shaping.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/ops/detail/loops/strides.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/patterns/choice.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/shaping.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

class Reshape final : public Op, public detail::Copies {
 public:
  explicit Reshape(const Shape& shape) : shape_(shape) {}
  std::string_view name() const override { return "reshape"; }
  std::vector<Attribute> attributes() const override { return {{"shape", detail::extents_of(shape_)}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    if (inputs[0].shape.size() != shape_.size())
      throw ShapeError(fmt::format("expected {} elements for shape {}, got {} in {}", shape_.size(),
                                   to_string(shape_), inputs[0].shape.size(), to_string(inputs[0].shape)));
    return {inputs[0].dtype, shape_};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }
  bool may_overwrite(std::size_t) const override { return true; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    if (inputs[0].data == output.data || parts.begin == parts.end) return;
    const std::size_t size = size_of(output.dtype());
    const std::size_t first = static_cast<std::size_t>(parts.begin) * size;
    std::memcpy(static_cast<std::byte*>(output.data) + first,
                static_cast<const std::byte*>(inputs[0].data) + first,
                static_cast<std::size_t>(parts.end - parts.begin) * size);
  }

  // To its own shape; of what was reshaped before.
  Tensor simplified(Inputs inputs) const override {
    if (inputs[0].shape() == shape_) return inputs[0];
    const Tensor x = detail::argument_of<Reshape>(inputs[0]);
    return x.empty() ? Tensor() : reshape(x, shape_);
  }

  // dy_i/dx_i = 1
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return reshape(gradient, inputs[0].shape());
  }

 private:
  Shape shape_;
};

class TransposeAxes final : public Op, public detail::Copies {
 public:
  explicit TransposeAxes(std::vector<std::int64_t> axes) : axes_(std::move(axes)) {}
  std::string_view name() const override { return "transpose"; }
  std::vector<Attribute> attributes() const override {
    if (axes_.empty()) return {};
    return {{"axes", axes_}};
  }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const Shape& shape = inputs[0].shape;
    if (!axes_.empty() && axes_.size() != static_cast<std::size_t>(shape.rank()))
      throw ShapeError(
          fmt::format("expected {} axes for shape {}, got {}", shape.rank(), to_string(shape), axes_.size()));
    detail::set_of(axes_, shape.rank());  // each axis once
    return {inputs[0].dtype, permuted(shape)};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }

  bool reverses_axes_of(int rank) const {
    for (int k = 0; k < rank; ++k) {
      if (source(k, rank) != static_cast<std::size_t>(rank - 1 - k)) return false;
    }
    return true;
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch(output.dtype(), [&]<class T>() {
      detail::copy_pieces(walk(inputs[0].shape()), static_cast<const T*>(inputs[0].data),
                          static_cast<T*>(output.data) + parts.begin, parts.begin, parts.end);
    });
  }

  // Of what was transposed before, and where no axis moves.
  Tensor simplified(Inputs inputs) const override {
    const int rank = inputs[0].shape().rank();
    const Tensor x = detail::argument_of<TransposeAxes>(inputs[0]);
    const auto* inner = x.empty() ? nullptr : &detail::op_of<TransposeAxes>(inputs[0]);
    std::vector<std::int64_t> axes, in_order, reversed;
    for (int k = 0; k < rank; ++k) {
      const std::size_t axis = source(k, rank);
      axes.push_back(static_cast<std::int64_t>(inner ? inner->source(static_cast<int>(axis), rank) : axis));
      in_order.push_back(k);
      reversed.push_back(rank - 1 - k);
    }
    const Tensor& from = inner ? x : inputs[0];
    if (axes == in_order) return from;
    return inner ? transpose(from, axes == reversed ? std::vector<std::int64_t>{} : axes) : Tensor();
  }

  // The gradient of y goes back to the places that its elements came from.
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    std::vector<std::int64_t> inverse(axes_.size());
    for (std::size_t k = 0; k < axes_.size(); ++k)
      inverse[source(static_cast<int>(k), inputs[0].shape().rank())] = static_cast<std::int64_t>(k);
    return transpose(gradient, inverse);
  }

 private:
  // The axis of x that becomes axis k of y.
  std::size_t source(int k, int rank) const {
    if (axes_.empty()) return static_cast<std::size_t>(rank - 1 - k);
    const std::int64_t axis = axes_[static_cast<std::size_t>(k)];
    return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
  }

  Shape permuted(const Shape& shape) const {
    std::array<std::int64_t, Shape::kMaxRank> extents{};
    for (int k = 0; k < shape.rank(); ++k)
      extents[static_cast<std::size_t>(k)] = shape.extents()[source(k, shape.rank())];
    return Shape(std::span<const std::int64_t>(extents.data(), static_cast<std::size_t>(shape.rank())));
  }

  detail::Walk<1> walk(const Shape& from) const {
    const detail::Strides dense = detail::dense_strides(from);
    detail::Strides strides{};
    for (int k = 0; k < from.rank(); ++k)
      strides[static_cast<std::size_t>(k)] = dense[source(k, from.rank())];
    return {permuted(from), {strides}};
  }

  std::vector<std::int64_t> axes_;
};

}  // namespace

bool detail::is_matrix_transpose(const Op& op, const TensorType& input) {
  const auto* transposed = dynamic_cast<const TransposeAxes*>(&op);
  return transposed && input.shape.rank() == 2 && transposed->reverses_axes_of(2);
}

bool detail::is_reshape(const Op& op) {
  return dynamic_cast<const Reshape*>(&op) != nullptr;
}

Shape Extents::shape_for(const Shape& from) const {
  std::vector<std::int64_t> extents = extents_;
  const auto open = std::ranges::find(extents, -1);
  if (open == extents.end()) return Shape(extents);
  if (std::ranges::count(extents, -1) > 1)
    throw ShapeError(fmt::format("expected at most one extent of -1, got ({})", fmt::join(extents, ",")));
  *open = 1;
  const std::int64_t known = Shape(extents).size();
  if (known == 0 || from.size() % known != 0)
    throw ShapeError(fmt::format("expected extents that leave one for the {} elements of {}, got ({})",
                                 from.size(), to_string(from), fmt::join(extents_, ",")));
  *open = from.size() / known;
  return Shape(extents);
}

Tensor reshape(const Tensor& x, const Extents& extents, Location at) {
  const Shape shape = detail::checked(x, "reshape", at, [&] { return extents.shape_for(x.shape()); });
  if (x.shape() == shape) return x;
  return apply(std::make_shared<const Reshape>(shape), {x}, at);
}

Tensor flatten(const Tensor& x, std::int64_t axis, Location at) {
  const Shape matrix = detail::checked(x, "flatten", at, [&]() -> Shape {
    const Shape& shape = x.shape();
    const std::int64_t rank = shape.rank();
    if (axis < -rank || axis > rank)
      throw ShapeError(fmt::format("expected an axis from {} to {} for shape {}, got {}", -rank, rank,
                                   to_string(shape), axis));
    const int rows = static_cast<int>(axis < 0 ? axis + rank : axis);
    return {shape.first(rows).size(), shape.last(shape.rank() - rows).size()};
  });
  return reshape(x, matrix, at);
}

Tensor squeeze(const Tensor& x, const std::vector<std::int64_t>& axes, Location at) {
  const Shape left = detail::checked(x, "squeeze", at, [&] {
    const Shape& shape = x.shape();
    detail::Axes gone = detail::set_of(axes, shape.rank());
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const auto place = static_cast<std::size_t>(axis);
      if (gone[place] && shape[axis] != 1 && !axes.empty())
        throw ShapeError(fmt::format("expected an extent of 1 at axis {}, got {}", axis, to_string(shape)));
      if (shape[axis] != 1) gone.reset(place);
    }
    return detail::reduced(shape, gone, false);
  });
  return reshape(x, left, at);
}

Tensor unsqueeze(const Tensor& x, const std::vector<std::int64_t>& axes, Location at) {
  const Shape with_ones = detail::checked(x, "unsqueeze", at, [&] {
    const std::size_t rank = static_cast<std::size_t>(x.shape().rank()) + axes.size();
    if (rank > Shape::kMaxRank)
      throw ShapeError(fmt::format("expected at most {} axes, got {}", Shape::kMaxRank, rank));
    const detail::Axes ones = axes.empty() ? detail::Axes() : detail::set_of(axes, static_cast<int>(rank));
    std::vector<std::int64_t> extents;
    for (std::size_t axis = 0, next = 0; axis < rank; ++axis)
      extents.push_back(ones[axis] ? 1 : x.shape().extents()[next++]);
    return Shape(extents);
  });
  return reshape(x, with_ones, at);
}

Tensor transpose(const Tensor& x, std::vector<std::int64_t> axes, Location at) {
  return apply(std::make_shared<const TransposeAxes>(std::move(axes)), {x}, at);
}

}  // namespace gradtable
