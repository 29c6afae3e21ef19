// Pieces of tensors, and tensors as pieces of larger ones: each is the derivative of the other. Every element
// type.
#pragma once

#include <optional>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// x[start:stop:step] of NumPy for one axis: negative bounds count from the end, those beyond the ends are
// moved there, and those left out are the ends. With a negative step, from start down to just above stop.
struct Slice {
  std::int64_t axis = 0;
  std::optional<std::int64_t> start = {};
  std::optional<std::int64_t> stop = {};
  std::int64_t step = 1;
};

// y[i, j, ...] = x[start + i step, ...] along each axis that is named, once at most; the other axes stay
// whole. slice(x, {{.axis = 0, .stop = 5}, {.axis = -1, .step = -1}}). Throws ShapeError, for a step of 0
// too.
Tensor slice(const Tensor& x, const std::vector<Slice>& slices, Location at = Location::current());

// The same numbers of an array, copied: slice(array, {{.axis = 1, .start = 2}}). Throws ShapeError.
Array slice(const ConstView& x, const std::vector<Slice>& slices);

// So many places before and after the elements of an axis; where negative, so many elements less.
struct Padding {
  std::int64_t axis = 0;
  std::int64_t before = 0;
  std::int64_t after = 0;
};

// y[before + i, ...] = x[i, ...], and `value` at all other places; axes that are not named stay as they are.
// Throws ShapeError, also for a value that the element type does not have, as 0.5 for integers.
Tensor pad(const Tensor& x, const std::vector<Padding>& paddings, double value = 0,
           Location at = Location::current());

}  // namespace gradtable
