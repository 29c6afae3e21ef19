// Shape and type rules that several ops share; each throws ShapeError("expected ..., got ...").
#pragma once

#include <bitset>
#include <span>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// Every input is float32, or every input is float64; returns which.
DType floating(std::span<const TensorType> inputs);

// floating(inputs), with the shape that the inputs have together by NumPy's broadcasting.
TensorType broadcast(std::span<const TensorType> inputs);

// A set of axes.
using Axes = std::bitset<Shape::kMaxRank>;

// Axes in [-rank, rank) as a set; all axes when none is given. Throws ShapeError for others and for
// repetitions.
Axes set_of(std::span<const std::int64_t> axes, int rank);

// What is left of `shape` when these axes are reduced: extents of 1 in their place, or gone.
Shape reduced(const Shape& shape, Axes axes, bool keep_dims);

// Throws ShapeError unless there are numbers of `from` for each of `to`, to which it is reduced.
void require_some(const Shape& from, const Shape& to);

// An axis in [-rank, rank) counted from the end, so that -1 is the last one; others are left to set_of.
std::int64_t from_end(std::int64_t axis, int rank);

// A shape as (outer,extent,inner), with these axes, which lie side by side, as the extent.
struct Block {
  std::int64_t outer = 1;
  std::int64_t extent = 1;
  std::int64_t inner = 1;
};
Block block_of(const Shape& shape, Axes axes);

}  // namespace gradtable::detail
