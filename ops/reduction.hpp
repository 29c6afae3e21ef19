// Reductions over axes: a number for all the numbers along them. x is float32 or float64.
//
// `axes`: in any order, negative ones count from the end; all axes if none is given. The reduced axes vanish,
// or stay as extents of 1 with keep_dims. Throws ShapeError for axes that x does not have. Functions without
// a result for an empty axis throw it for one, too, unless the result itself is empty. NaN among the numbers
// gives NaN.
#pragma once

#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y = sum of x over `axes`; 0 for an empty axis.
Tensor sum(const Tensor& x, std::vector<std::int64_t> axes = {}, bool keep_dims = false,
           Location at = Location::current());

// y = mean of x over `axes`; throws for an empty axis.
Tensor mean(const Tensor& x, std::vector<std::int64_t> axes = {}, bool keep_dims = false,
            Location at = Location::current());

// y = sum of (x - mean x)^2 / (n - correction) over n numbers: of a population, or, with a correction of 1,
// the unbiased estimate from a sample. Throws ShapeError unless n > correction.
Tensor var(const Tensor& x, std::vector<std::int64_t> axes = {}, bool keep_dims = false,
           std::int64_t correction = 0, Location at = Location::current());

// y = largest x along `axes`; throws for an empty axis. Elements of equal size share the gradient: each
// of n gets 1/n of it. NaN is larger than all numbers.
Tensor max(const Tensor& x, std::vector<std::int64_t> axes = {}, bool keep_dims = false,
           Location at = Location::current());

// y = smallest x along `axes`; throws for an empty axis. The gradient is shared as in max. NaN is smaller
// than all numbers.
Tensor min(const Tensor& x, std::vector<std::int64_t> axes = {}, bool keep_dims = false,
           Location at = Location::current());

// y = product of x along `axes`; 1 for an empty axis. The derivative by x_i is the product of the others,
// where factors are 0 as well; there are derivatives to the order 7.
Tensor prod(const Tensor& x, std::vector<std::int64_t> axes = {}, bool keep_dims = false,
            Location at = Location::current());

// y = sqrt(sum x^2) over `axes`, the Euclidean norm, for numbers whose squares overflow or vanish as well; 0
// for an empty axis. The gradient at 0 is 0.
Tensor norm(const Tensor& x, std::vector<std::int64_t> axes = {}, bool keep_dims = false,
            Location at = Location::current());

// y = ln sum e^x over `axes`, for numbers of any size; -inf for an empty axis or all -inf. The gradient
// is softmax, and 0 for all -inf. Beside large x the result has the digits of x alone: for differences
// logsumexp(x) - x_j there are log_softmax and softmax_cross_entropy. Goodfellow et al., section 6.2.2.3.
Tensor logsumexp(const Tensor& x, std::vector<std::int64_t> axes = {}, bool keep_dims = false,
                 Location at = Location::current());

// y = the first place along the axis with the largest x; int32, without derivative. The axis is the last one
// unless given; it has at least one number. The first NaN is larger than all numbers.
Tensor argmax(const Tensor& x, std::int64_t axis = -1, bool keep_dims = false,
              Location at = Location::current());

// y = the first place along the axis with the smallest x, as argmax.
Tensor argmin(const Tensor& x, std::int64_t axis = -1, bool keep_dims = false,
              Location at = Location::current());

}  // namespace gradtable
