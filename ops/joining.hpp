// Tensors put side by side, and cut apart again. Every element type.
#pragma once

#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y = the tensors one after the other along `axis`; they agree in element type, rank and all other extents.
// Throws ShapeError, and GraphError when there is none.
Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis, Location at = Location::current());

// y = the tensors, of one type and shape, side by side along a new axis, which is axis `axis` of y. Throws
// ShapeError, and GraphError when there is none.
Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis = 0, Location at = Location::current());

// x cut into pieces of these extents along `axis`, which add up to the whole: what concat undoes. Throws
// ShapeError.
std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis = 0,
                          Location at = Location::current());

// x cut into `count` pieces of equal extent along `axis`. Throws ShapeError when that leaves a rest.
std::vector<Tensor> chunk(const Tensor& x, std::int64_t count, std::int64_t axis = 0,
                          Location at = Location::current());

}  // namespace gradtable
