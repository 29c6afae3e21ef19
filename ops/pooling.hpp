// Pooling: the largest or the average element of windows that slide over the spatial axes of each channel.
// Goodfellow et al., section 9.3.
#pragma once

#include "gradtable/core/graph.hpp"
#include "gradtable/ops/windows.hpp"

namespace gradtable {

// As for convolutions (ConvOptions); windows lie side by side unless a stride is given.
// Windows along an axis: floor((extent + padding at both ends - span) / stride) + 1, where
// span = (kernel - 1) dilation + 1. With ceil_mode the quotient is rounded up, so that one window may be
// larger than the image with its padding; a last window that would begin in the padding after the image is
// left out.
struct MaxPoolOptions {
  PerAxis stride = {};
  PerAxis padding = 0;
  PerAxis dilation = 1;
  bool ceil_mode = false;
};

// y[n,c,o] = max over k of x[n,c,o stride + k dilation - padding], where padding does not count; x is
// (N,C,spatial...). NaN where a window has one, -inf for a window of padding alone. The gradient goes to the
// first of several largest elements, in row-major order. float32 or float64. Throws ShapeError.
Tensor max_pool1d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options = {},
                  Location at = Location::current());
Tensor max_pool2d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options = {},
                  Location at = Location::current());
Tensor max_pool3d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options = {},
                  Location at = Location::current());

struct AvgPoolOptions {
  PerAxis stride = {};
  PerAxis padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
};

// y[n,c,o] = mean over k of x[n,c,o stride + k - padding], where padding is 0; without count_include_pad it
// does not count, and a window of padding alone gives 0. What a window has beyond the padding, in ceil_mode,
// never counts. float32 or float64. Throws ShapeError.
Tensor avg_pool1d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options = {},
                  Location at = Location::current());
Tensor avg_pool2d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options = {},
                  Location at = Location::current());
Tensor avg_pool3d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options = {},
                  Location at = Location::current());

}  // namespace gradtable
