// Numbers shifted and scaled to mean 0 and variance 1, then by what is learned. Everything is float32 or
// float64 of one type; variances are those of a population: the mean of squared differences. Where all
// numbers are equal, y is the bias and the derivatives stay finite, thanks to epsilon. Throws ShapeError.
#pragma once

#include <cstdint>

#include "gradtable/core/graph.hpp"

namespace gradtable {

struct BatchNormOptions {
  double momentum =
      0.9;  // in [0,1]: the part of the running statistics that stays; PyTorch's is 1 - momentum
  double epsilon = 1e-5;  // at least 0, added to variances
};

struct BatchNormResult {
  Tensor output;                          // of the shape of x
  Tensor mean, variance;                  // (k): of the batch
  Tensor running_mean, running_variance;  // (k): what the running statistics become
};

// In training: y = scale (x - m) / sqrt(v + epsilon) + bias, with mean m and variance v over all axes of x
// but axis 1, that of the channels; the gradient goes through both. x: (n,k) or (n,k,d1,...), not empty; all
// others (k). What the running statistics become is momentum * running + (1 - momentum) * that of the batch,
// as in ONNX and Keras: a program takes {running_mean, .running_mean} and {running_variance,
// .running_variance} as updates. Ioffe and Szegedy, 2015; Goodfellow et al., section 8.7.1.
BatchNormResult batch_norm(const Tensor& x, const Tensor& scale, const Tensor& bias,
                           const Tensor& running_mean, const Tensor& running_variance,
                           const BatchNormOptions& options = {}, Location at = Location::current());

// In evaluation: y = scale (x - mean) / sqrt(variance + epsilon) + bias, with the running statistics. Shapes
// as above.
Tensor batch_norm_inference(const Tensor& x, const Tensor& scale, const Tensor& bias, const Tensor& mean,
                            const Tensor& variance, double epsilon = 1e-5, Location at = Location::current());

struct LayerNormResult {
  Tensor output;                   // of the shape of x
  Tensor mean, inverse_deviation;  // m and 1 / sqrt(v + epsilon), with extents of 1 from `axis` on
};

// y = scale (x - m) / sqrt(v + epsilon) + bias, with mean m and variance v over the axes from `axis` on, in
// [-rank, rank); there is something to average. scale and bias broadcast to x, and have the shape of these
// axes as a rule. epsilon >= 0. Ba, Kiros and Hinton, 2016.
LayerNormResult layer_norm(const Tensor& x, const Tensor& scale, const Tensor& bias, std::int64_t axis = -1,
                           double epsilon = 1e-5, Location at = Location::current());

}  // namespace gradtable
