// From predictions of classes and labels to a loss: negative logarithms of likelihoods. Scores and
// probabilities have one row for each example, float32 or float64.
#pragma once

#include <cstdint>
#include <optional>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// loss = sum over rows i and classes j of -y_ij ln(p_ij + eps), a scalar: the sum over the batch, not its
// mean, and 0 for m = 0. p: probabilities (m,k), k > 0. y: int32 class indices (m), or rows (m,k). eps is the
// spacing of numbers at 1, and the gradient with respect to p is -y/p, as if it were 0: infinite where p = 0.
// Of p = softmax(x), programs compute -y_ij ln softmax(x_i)_j in one, without eps, and the gradient with
// respect to x is that of softmax_cross_entropy: finite for scores of any size. Throws ShapeError; a
// label out of range is a DataError when run.
Tensor cross_entropy(const Tensor& probabilities, const Tensor& labels, Location at = Location::current());

// How the losses of the examples are reduced: to their mean, to their sum, or not at all.
enum class LossReduction : std::uint8_t { mean, sum, none };

struct LossOptions {
  Tensor weights = {};                            // (k): a factor for each class; 1 when empty
  std::optional<std::int32_t> ignore_index = {};  // examples with this label do not count
  LossReduction reduction = LossReduction::mean;  // a mean is over at least one example
  double label_smoothing = 0;                     // in [0,1]
};

// loss_i = -w_y ln p_iy for the class y of example i, from logarithms x_ij = ln p_ij; over many examples
// their mean sum_i loss_i / sum_i w_y, or as the options say. x: (n,k), or (n,k,d1,...) with an example for
// each place. labels: int32 (n,d1,...), or rows of weights of x's shape: then loss_i = -sum_j w_j y_ij x_ij,
// whose mean divides by the number of examples. k > 0, and for a mean there is an example.
//
// label_smoothing e: the label is the class with a weight of 1 - e, and each of the k classes with e / k.
// Examples that ignore_index leaves out, which goes with int32 labels alone, count neither in the sum nor in
// what it is divided by, and have a gradient of 0, whatever their scores are, also NaN; the mean of none is
// NaN. So do, without smoothing, examples whose class has a weight of 0. A class with a weight of 0 counts
// nothing, also where x is infinite. Throws ShapeError; a label out of range is a DataError when
// run. This is NegativeLogLikelihoodLoss of ONNX.
Tensor nll(const Tensor& log_probabilities, const Tensor& labels, const LossOptions& options = {},
           Location at = Location::current());

// nll of ln softmax(x) over the classes, axis 1 of scores x, also called logits; stable for any finite
// scores. Without options: loss = 1/n sum_ij -y_ij ln softmax(x_i)_j. Shapes, options and errors as above;
// with scores (n,k) and no options but label_smoothing it is one op. This is SoftmaxCrossEntropyLoss of ONNX;
// Goodfellow et al., equations 6.29 to 6.31.
Tensor softmax_cross_entropy(const Tensor& scores, const Tensor& labels, const LossOptions& options = {},
                             Location at = Location::current());

}  // namespace gradtable
