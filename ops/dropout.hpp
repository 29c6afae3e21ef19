// Noise that regularizes: masks drawn anew at each step of training.
#pragma once

#include <cstdint>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// y_i = x_i / (1 - rate) where the mask keeps element i, with probability 1 - rate; else 0, whatever x_i is.
// x: float32 or float64 of any shape; rate in [0,1); step: int32 scalar, an input or a parameter that changes
// with each step of training. Throws ShapeError. Evaluation does without it: the expectation of y is x.
//
// Element i, in row-major order, is kept where the i-th number of Random(seed, mask_stream(stream, step)) is
// at least rate 2^32: the same seed, stream and step give the same mask, on any machine and any number of
// threads, and the gradient draws it again in place of storing it. Each dropout of a network takes a seed or
// a stream of its own below 2^16, since layers have those above; two with the same ones share their masks.
// Goodfellow et al., section 7.12.
Tensor dropout(const Tensor& x, double rate, std::uint64_t seed, const Tensor& step, std::uint32_t stream = 0,
               Location at = Location::current());

}  // namespace gradtable
