// Reductions over axes: a number for all the numbers along them. x is float32 or float64.
//
// `axes`: in any order, negative ones count from the end; all of them when none is given. The reduced axes
// vanish, or stay as extents of 1 with keep_dims. Throws ShapeError for axes that x does not have.
#pragma once

#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y = sum of x over `axes`; 0 of nothing.
Tensor sum(const Tensor& x, std::vector<std::int64_t> axes = {}, bool keep_dims = false,
           Location at = Location::current());

// y = mean of x over `axes`. Throws ShapeError when there is nothing to average.
Tensor mean(const Tensor& x, std::vector<std::int64_t> axes = {}, bool keep_dims = false,
            Location at = Location::current());

}  // namespace gradtable
