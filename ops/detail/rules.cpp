#include "gradtable/ops/detail/rules.hpp"

#include <array>

#include <fmt/format.h>

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

DType floating(std::span<const TensorType> inputs) {
  for (const TensorType& input : inputs) {
    if (!is_floating(input.dtype))
      throw ShapeError(fmt::format("expected float32 or float64, got {}", to_string(input)));
  }
  return one_dtype(inputs);
}

DType one_dtype(std::span<const TensorType> inputs) {
  for (const TensorType& input : inputs) {
    if (input.dtype != inputs.front().dtype)
      throw ShapeError(fmt::format("expected one element type, got {0} and {1}; cast(x, DType::{0}) converts",
                                   to_string(inputs.front().dtype), to_string(input.dtype)));
  }
  return inputs.front().dtype;
}

Shape broadcast_shape(std::span<const TensorType> inputs) {
  Shape shape = inputs.front().shape;
  for (const TensorType& input : inputs.subspan(1)) {
    const auto together = broadcast_shapes(shape, input.shape);
    if (!together)
      throw ShapeError(fmt::format("expected shapes that broadcast, equal or 1 on each axis, got {} and {}",
                                   to_string(shape), to_string(input.shape)));
    shape = *together;
  }
  return shape;
}

TensorType broadcast(std::span<const TensorType> inputs) {
  return {floating(inputs), broadcast_shape(inputs)};
}

int axis_of(std::int64_t axis, int rank) {
  if (rank == 0) throw ShapeError(fmt::format("expected no axes for a scalar, got {}", axis));
  if (axis < -rank || axis >= rank)
    throw ShapeError(fmt::format("expected axes from {} to {}, got {}", -rank, rank - 1, axis));
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Axes set_of(std::span<const std::int64_t> axes, int rank) {
  Axes set;
  for (const std::int64_t axis : axes) {
    const auto place = static_cast<std::size_t>(axis_of(axis, rank));
    if (set[place]) throw ShapeError(fmt::format("expected each axis once, got axis {} twice", place));
    set.set(place);
  }
  if (axes.empty()) set.set();
  return set;
}

Shape reduced(const Shape& shape, Axes axes, bool keep_dims) {
  std::array<std::int64_t, Shape::kMaxRank> extents{};
  std::size_t rank = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool summed = axes[static_cast<std::size_t>(axis)];
    if (!summed) extents[rank++] = shape[axis];
    if (summed && keep_dims) extents[rank++] = 1;
  }
  return Shape(std::span<const std::int64_t>(extents.data(), rank));
}

void require_some(const Shape& from, const Shape& to) {
  if (from.size() == 0 && to.size() != 0)
    throw ShapeError(fmt::format("expected numbers along the axes, got {}", to_string(from)));
}

Block block_of(const Shape& shape, Axes axes) {
  Block block;
  bool before = true;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool inside = axes[static_cast<std::size_t>(axis)];
    before = before && !inside;
    (inside ? block.extent : before ? block.outer : block.inner) *= shape[axis];
  }
  return block;
}

void require_tensors(std::initializer_list<Tensor> inputs, std::string_view function, Location at) {
  const Tensor& first = *inputs.begin();
  for (const Tensor& input : inputs) {
    if (input.alive() && first.alive() && &input.graph() == &first.graph()) continue;
    throw GraphError(fmt::format("{}: expected tensors of one graph, got {} as input {}  [{}]", function,
                                 input.alive() ? "a tensor of another graph" : input.label(), &input - &first,
                                 to_string(first.alive() ? first.graph().place(at) : at)));
  }
}

void require_numbers_to_average(const TensorType& numbers) {
  if (numbers.shape.size() == 0)
    throw ShapeError(fmt::format("expected numbers to average, got {}", to_string(numbers)));
}

ShapeError in_call(const ShapeError& error, const Tensor& x, std::string_view function, Location at) {
  return ShapeError(fmt::format("{}: {}  [{}]", function, error.what(), to_string(x.graph().place(at))));
}

}  // namespace gradtable::detail
