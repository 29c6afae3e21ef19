// Classification losses other than cross-entropy: binary, hinge and misclassification losses. All are float32
// or float64 and give a scalar, and average over at least one number. Throws ShapeError; a label out of range
// is a DataError when run.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// loss = mean over all elements of -(t ln(p + eps) + (1 - t) ln(1 - p + eps)). p: probabilities of any shape,
// t: targets from 0 to 1 of the same shape. eps is the spacing of numbers at 1, which keeps the loss finite
// at p = 0 and p = 1, and is in its derivatives too. Of p = sigmoid(x), programs compute
// binary_cross_entropy_with_logits of x, without eps, and the gradient with respect to x is that of it: right
// for scores of any size. The gradient with respect to p itself is that of what is written.
Tensor binary_cross_entropy(const Tensor& probabilities, const Tensor& targets,
                            Location at = Location::current());

// loss = mean over all elements of max(x, 0) - x t + ln(1 + e^-|x|), which is binary_cross_entropy of
// p = sigmoid(x) without eps; stable for any finite scores x, also called logits. Goodfellow et al.,
// section 6.2.2.2.
Tensor binary_cross_entropy_with_logits(const Tensor& scores, const Tensor& targets,
                                        Location at = Location::current());

// loss = mean over all elements of max(0, 1 - t x), for scores x and targets t of -1 or 1; the derivative is
// 0 at t x = 1.
Tensor hinge(const Tensor& scores, const Tensor& targets, Location at = Location::current());

// loss = mean over rows i of sum over j != y_i of max(0, 1 + x_ij - x_iy_i) (Weston and Watkins, 1999). x:
// scores (n,k); y: int32 class indices (n). The derivative is 0 where a margin is just 1.
Tensor multiclass_hinge(const Tensor& scores, const Tensor& labels, Location at = Location::current());

// loss = mean over rows i of 1 - p_iy_i, the probability of not choosing the label. p: outputs of softmax or
// sigmoid (n,k); y: int32 class indices (n).
Tensor misclassification_probability(const Tensor& probabilities, const Tensor& labels,
                                     Location at = Location::current());

// loss = mean over rows i of sum_j p_ij (j - y_i)^2, for classes that are numbers, as digits are: the farther
// off, the worse. Shapes as above.
Tensor expected_squared_distance(const Tensor& probabilities, const Tensor& labels,
                                 Location at = Location::current());

}  // namespace gradtable
