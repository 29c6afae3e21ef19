// Shape and type rules that several ops share; each throws ShapeError("expected ..., got ...").
#pragma once

#include <bitset>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "gradtable/core/error.hpp"
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

// An axis in [-rank, rank), counted from the front. Throws ShapeError for others.
int axis_of(std::int64_t axis, int rank);

// A set of axes.
using Axes = std::bitset<Shape::kMaxRank>;

// Axes in [-rank, rank) as a set; all axes when none is given. Throws ShapeError for others and for
// repetitions.
Axes set_of(std::span<const std::int64_t> axes, int rank);

// A shape as an attribute, or to be changed.
inline std::vector<std::int64_t> extents_of(const Shape& shape) {
  return {shape.extents().begin(), shape.extents().end()};
}

// What is left of `shape` when these axes are reduced: extents of 1 in their place, or gone.
Shape reduced(const Shape& shape, Axes axes, bool keep_dims);

// Throws ShapeError unless there are numbers of `from` for each of `to`, to which it is reduced.
void require_some(const Shape& from, const Shape& to);

// A shape as (outer,extent,inner), with these axes, which lie side by side, as the extent.
struct Block {
  std::int64_t outer = 1;
  std::int64_t extent = 1;
  std::int64_t inner = 1;
};
Block block_of(const Shape& shape, Axes axes);

// Throws GraphError, in the words of Graph::apply, unless all are tensors of one graph.
void require_tensors(std::initializer_list<Tensor> inputs, std::string_view function, Location at);

// Throws ShapeError unless there are numbers whose mean can be taken.
void require_numbers_to_average(const TensorType& numbers);

// The error with the function's name and the user's line around it, as the graph does it for Op::infer.
ShapeError in_call(const ShapeError& error, const Tensor& x, std::string_view function, Location at);

// rule(), which a public function of x asks before there is a node, and which makes none.
template <class Rule>
auto checked(const Tensor& x, std::string_view function, Location at, Rule&& rule) {
  require_tensors({x}, function, at);
  try {
    return std::forward<Rule>(rule)();
  } catch (const ShapeError& error) {
    throw in_call(error, x, function, at);
  }
}

}  // namespace gradtable::detail
