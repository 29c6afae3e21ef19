// Shape and type rules that several ops share; each throws ShapeError("expected ..., got ...").
#pragma once

#include <bitset>
#include <span>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// Every input is float32, or every input is float64; returns which.
DType floating(std::span<const TensorType> inputs);

// The element type that all inputs have, of whatever kind.
DType one_dtype(std::span<const TensorType> inputs);

// The shape that the inputs have together by NumPy's broadcasting.
Shape broadcast_shape(std::span<const TensorType> inputs);

// floating(inputs), with the shape that the inputs have together by NumPy's broadcasting.
TensorType broadcast(std::span<const TensorType> inputs);

// A set of axes.
using Axes = std::bitset<Shape::kMaxRank>;

// Axes in [-rank, rank) as a set; all axes when none is given. Throws ShapeError for others and for
// repetitions.
Axes set_of(std::span<const std::int64_t> axes, int rank);

// What is left of `shape` when these axes are summed: extents of 1 in their place, or gone.
Shape reduced(const Shape& shape, Axes axes, bool keep_dims);

}  // namespace gradtable::detail
