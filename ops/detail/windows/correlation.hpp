// The loops of the three products of a convolution, each bilinear:
//   y = sum x w, with the elements that w's window sees; the gradients with respect to x and to w.
#pragma once

#include "gradtable/ops/detail/windows/window.hpp"

namespace gradtable::detail {

// Images of `groups` x `channels` are convolved to images of `groups` x `filters`.
struct Convolution {
  std::int64_t images, groups, channels, filters;
  Spatial<Window> windows;
  Spatial<std::int64_t> input, output;

  std::int64_t taps() const { return windows[0].kernel * windows[1].kernel * windows[2].kernel; }
};

// y[n, m, o] = bias[m] + sum_ck w[m, c, k] x[n, c, o * stride + k * dilation - begin] for the given planes
// (n, m) of y, counted one after the other; no bias where it is null.
template <class T>
void convolve(const Convolution& c, const T* x, const T* w, const T* bias, T* y, Parts planes);

// x[n, c, i] = bias[c] + sum_mk w[m, c, k] y[n, m, o] over the o that see i with k, for planes (n, c) of x.
template <class T>
void convolve_transposed(const Convolution& c, const T* y, const T* w, const T* bias, T* x, Parts planes);

// w[m, c, k] = sum_no y[n, m, o] x[n, c, o * stride + k * dilation - begin], for kernels (m, c) of w.
template <class T>
void convolve_weights(const Convolution& c, const T* x, const T* y, T* w, Parts kernels);

}  // namespace gradtable::detail
