// From predictions and labels to a loss, a scalar. Scores and probabilities have one row for each example,
// float32 or float64.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable {

// loss = sum over rows i and classes j of -y_ij ln(p_ij + eps), a scalar: the sum over the batch, not its
// mean. p: probabilities (m,k). y: int32 class indices (m), or rows (m,k). eps is the spacing of numbers at
// 1, and the gradient with respect to p is -y/p, as if it were 0: infinite where p = 0, as softmax gives for
// very different scores, for which there is softmax_cross_entropy. Throws ShapeError; a label out of range is
// a DataError when run.
Tensor cross_entropy(const Tensor& probabilities, const Tensor& labels, Location at = Location::current());

// loss = mean over rows i of -sum_j y_ij ln softmax(x_i)_j, a scalar; stable for any scores.
// x: scores (m,k), also called logits. y: int32 class indices (m), or rows (m,k). Throws ShapeError; a label
// out of range is a DataError when run. Goodfellow et al., equations 6.29 to 6.31.
Tensor softmax_cross_entropy(const Tensor& scores, const Tensor& labels, Location at = Location::current());

}  // namespace gradtable
