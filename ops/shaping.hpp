// The same numbers in another shape or order; every element type.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// The extents to reshape to; one of them may be -1.
class Extents {
 public:
  Extents() = default;
  Extents(std::initializer_list<std::int64_t> extents) : extents_(extents) {}
  Extents(std::vector<std::int64_t> extents) : extents_(std::move(extents)) {}
  Extents(const Shape& shape) : extents_(shape.extents().begin(), shape.extents().end()) {}

  // The shape, with the extent that the elements of `from` leave in place of -1. Throws ShapeError.
  Shape shape_for(const Shape& from) const;

 private:
  std::vector<std::int64_t> extents_;
};

// y = x, read row by row into another shape of the same size. An extent of -1 is what the others leave, as
// in NumPy. Throws ShapeError.
Tensor reshape(const Tensor& x, const Extents& extents, Location at = Location::current());

// y = x as a matrix: the axes before `axis`, in [-rank, rank], give its rows, the others its columns, as in
// ONNX. A reshape. Throws ShapeError.
Tensor flatten(const Tensor& x, std::int64_t axis = 1, Location at = Location::current());

// y = x without these axes, whose extents are 1; without any named, without all axes of extent 1. A reshape.
// Throws ShapeError.
Tensor squeeze(const Tensor& x, const std::vector<std::int64_t>& axes = {},
               Location at = Location::current());

// y = x with an extent of 1 at these axes of y. A reshape. Throws ShapeError.
Tensor unsqueeze(const Tensor& x, const std::vector<std::int64_t>& axes, Location at = Location::current());

// y[i_axes[0], i_axes[1], ...] = x[i_0, i_1, ...]: axis k of y is axis axes[k] of x. Without axes, their
// order is reversed: the transpose of a matrix. Throws ShapeError when `axes` is not a permutation.
Tensor transpose(const Tensor& x, std::vector<std::int64_t> axes = {}, Location at = Location::current());

}  // namespace gradtable
