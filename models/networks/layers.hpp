// Layers of networks: values that describe a layer. Anything that can be called in the same way is a layer:
// [](LayerBuilder&, const Tensor& x) { return square(x); }.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradtable/models/networks/layer_builder.hpp"
#include "gradtable/ops/convolution.hpp"
#include "gradtable/ops/normalization.hpp"
#include "gradtable/ops/pooling.hpp"

namespace gradtable {

// Where the biases of a fully connected layer are: in a parameter b of their own; in the last row of W, to
// which the layer's input gives a column of ones; or nowhere. The numbers are the same.
enum class Bias : std::uint8_t { node, row, none };

}  // namespace gradtable

namespace gradtable::layers {

// y = x W + b for rows x (m,n): W is (n,outputs), b is (outputs).
struct FullyConnected {
  std::int64_t outputs;
  Bias bias = Bias::node;
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};

// conv1d, conv2d or conv3d: x is (m,C,spatial...), W is (channels, C / groups, kernel...), b is (channels).
template <int kAxes>
struct Convolution {
  std::int64_t channels;
  PerAxis kernel;
  ConvOptions options = {};
  bool bias = true;
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};
using Conv1d = Convolution<1>;
using Conv2d = Convolution<2>;
using Conv3d = Convolution<3>;

template <int kAxes>
struct MaxPool {
  PerAxis kernel;
  MaxPoolOptions options = {};
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};
using MaxPool1d = MaxPool<1>;
using MaxPool2d = MaxPool<2>;
using MaxPool3d = MaxPool<3>;

template <int kAxes>
struct AvgPool {
  PerAxis kernel;
  AvgPoolOptions options = {};
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};
using AvgPool1d = AvgPool<1>;
using AvgPool2d = AvgPool<2>;
using AvgPool3d = AvgPool<3>;

// Any of activations(), by its name, and some functions by types of their own.
struct Activation {
  std::string name;
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};
// Any of output_activations(), by its name.
struct OutputActivation {
  std::string name;
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};
struct ReLU {
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};
struct Sigmoid {
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};
struct TanH {
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};
// Of each row.
struct SoftMax {
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};

// (m,...) becomes (m,extents...), and (m,n).
struct Reshape {
  std::vector<std::int64_t> extents;
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};
struct Flatten {
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};

// A layer whose output has this name in messages and drawings.
struct Named {
  std::string name;
  Layer layer;
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};

// Only in training. Each layer draws masks of its own, from the network's seed. Throws ConfigError for a rate
// that is not from 0 to below 1.
struct Dropout {
  double rate = 0.5;
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};

// With the statistics of the batch in training, and the running ones otherwise: parameters "scale", "bias",
// "running_mean" and "running_variance".
struct BatchNorm {
  BatchNormOptions options = {};
  Tensor operator()(LayerBuilder& build, const Tensor& x) const;
};

// Losses: cross_entropy of probabilities, as SoftMax gives them, summed over the batch; and
// softmax_cross_entropy of scores, the mean.
struct CrossEntropyLoss {
  Tensor operator()(const Tensor& probabilities, const Tensor& labels) const;
};
struct SoftMaxCrossEntropyLoss {
  Tensor operator()(const Tensor& scores, const Tensor& labels) const;
};

}  // namespace gradtable::layers
