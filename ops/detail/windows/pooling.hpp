// The loops of pooling, over whole planes of (N,C,spatial...), one for each channel of an image.
#pragma once

#include "gradtable/ops/detail/windows/window.hpp"

namespace gradtable::detail {

struct Pooling {
  Spatial<Window> windows;
  Spatial<std::int64_t> input, output;
};

// y[o] = max over k of x[o stride + k dilation - begin]: the first of the largest, or the first NaN; -inf for
// a window of padding alone.
template <class T>
void max_pool(const Pooling& p, const T* x, T* y, Parts planes);

// to[the place of the maximum of window o of x] += from[o], from 0 on.
template <class T>
void spread_to_maxima(const Pooling& p, const T* x, const T* from, T* to, Parts planes);

// to[o] = from[the place of the maximum of window o of x]; 0 for a window of padding alone.
template <class T>
void pick_at_maxima(const Pooling& p, const T* x, const T* from, T* to, Parts planes);

// y[o] = the mean of window o, over its elements in x, or also over those in the padding, which are 0.
template <class T>
void avg_pool(const Pooling& p, bool count_padding, const T* x, T* y, Parts planes);

// x[i] = the sum over the windows o that see i of y[o] / the number of their elements.
template <class T>
void spread_evenly(const Pooling& p, bool count_padding, const T* y, T* x, Parts planes);

}  // namespace gradtable::detail
