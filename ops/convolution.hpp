// Convolutions of images of several channels on one, two or three spatial axes, and their transposes.
// Goodfellow et al., chapter 9 and section 9.5; decisions/convolutions.md.
#pragma once

#include <optional>

#include "gradtable/core/graph.hpp"
#include "gradtable/ops/windows.hpp"

namespace gradtable {

// Along each spatial axis: a window moves by `stride`; its elements lie `dilation` apart; the input is padded
// with `padding` zeros at both ends, or with one number at the beginning and another at the end. Channels are
// divided into `groups`.
struct ConvOptions {
  PerAxis stride = 1;
  PerAxis padding = 0;
  PerAxis dilation = 1;
  std::int64_t groups = 1;
};

// y[n,m,o] = b[m] + sum over c, k of w[m,c,k] x[n, C/groups * (m's group) + c, o stride + k dilation -
// padding]
//
// x is (N,C,spatial...), w is (M,C/groups,kernel...), y is (N,M,spatial...), with (extent + padding -
// (kernel - 1) dilation - 1) / stride + 1, rounded down, on each spatial axis; float32 or float64. The kernel
// is not flipped. Throws ShapeError. The gradient with respect to x is conv_transpose of the gradient. Where
// padding is multiplied as zeros, infinite numbers and NaN beside it give NaN, also in gradients.
Tensor conv1d(const Tensor& x, const Tensor& w, const ConvOptions& options = {},
              Location at = Location::current());
Tensor conv2d(const Tensor& x, const Tensor& w, const ConvOptions& options = {},
              Location at = Location::current());
Tensor conv3d(const Tensor& x, const Tensor& w, const ConvOptions& options = {},
              Location at = Location::current());

// The same with a bias b of shape (M).
Tensor conv1d(const Tensor& x, const Tensor& w, const Tensor& b, const ConvOptions& options = {},
              Location at = Location::current());
Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& b, const ConvOptions& options = {},
              Location at = Location::current());
Tensor conv3d(const Tensor& x, const Tensor& w, const Tensor& b, const ConvOptions& options = {},
              Location at = Location::current());

struct ConvTransposeOptions {
  PerAxis stride = 1;
  PerAxis padding = 0;
  PerAxis output_padding = 0;
  PerAxis dilation = 1;
  std::int64_t groups = 1;
};

// y[n,c,i] = sum of w[m,c,k] x[n,m,o] over m of c's group and over o, k with o stride + k dilation - padding
// = i: the linear map whose matrix is the transpose of conv's, and its gradient.
//
// x is (N,M,spatial...), w is (M,C/groups,kernel...), y is (N,C,spatial...), with (extent - 1) stride +
// (kernel - 1) dilation + 1 - padding + output_padding on each spatial axis. output_padding, below the
// stride, chooses among the extents that conv takes to the same one. Throws ShapeError.
Tensor conv1d_transpose(const Tensor& x, const Tensor& w, const ConvTransposeOptions& options = {},
                        Location at = Location::current());
Tensor conv2d_transpose(const Tensor& x, const Tensor& w, const ConvTransposeOptions& options = {},
                        Location at = Location::current());
Tensor conv3d_transpose(const Tensor& x, const Tensor& w, const ConvTransposeOptions& options = {},
                        Location at = Location::current());

// The same with a bias of shape (C).
Tensor conv1d_transpose(const Tensor& x, const Tensor& w, const Tensor& b,
                        const ConvTransposeOptions& options = {}, Location at = Location::current());
Tensor conv2d_transpose(const Tensor& x, const Tensor& w, const Tensor& b,
                        const ConvTransposeOptions& options = {}, Location at = Location::current());
Tensor conv3d_transpose(const Tensor& x, const Tensor& w, const Tensor& b,
                        const ConvTransposeOptions& options = {}, Location at = Location::current());

}  // namespace gradtable
