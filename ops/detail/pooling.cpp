#include "gradtable/ops/detail/pooling.hpp"

#include <algorithm>
#include <limits>

#include "gradtable/ops/detail/simd.hpp"

namespace gradtable::detail {
namespace {

std::int64_t size(const Spatial<std::int64_t>& extents) {
  return extents[0] * extents[1] * extents[2];
}

// Whether b is larger than a, which comes before it; NaN is larger than any number.
template <class T>
GRADTABLE_INLINE inline bool is_larger(T b, T a) {
  return !(b <= a) && a == a;
}

// Places of a window's elements along an axis, those in the image: first, first + step, ... below end.
struct Places {
  std::int64_t first, end, step;
  std::int64_t padded;  // elements of the window in the image and in the padding
};

Places places_of(const Window& window, std::int64_t extent, std::int64_t o) {
  const std::int64_t begin = o * window.stride - window.begin;
  const std::int64_t skipped = begin >= 0 ? 0 : (-begin + window.dilation - 1) / window.dilation;
  return {begin + std::min(skipped, window.kernel) * window.dilation, std::min(begin + window.span(), extent),
          window.dilation, std::min(begin + window.kernel, extent + window.end) - begin};
}

// Calls f(o, z, y, x) for every window of a plane, with its places on the three axes.
template <class F>
void for_windows(const Pooling& p, F&& f) {
  std::int64_t o = 0;
  for (std::int64_t z = 0; z < p.output[0]; ++z) {
    const Places in_z = places_of(p.windows[0], p.input[0], z);
    for (std::int64_t y = 0; y < p.output[1]; ++y) {
      const Places in_y = places_of(p.windows[1], p.input[1], y);
      for (std::int64_t x = 0; x < p.output[2]; ++x)
        f(o++, in_z, in_y, places_of(p.windows[2], p.input[2], x));
    }
  }
}

// Calls f(i) for the elements of a window that are in the image.
template <class F>
void for_elements(const Pooling& p, const Places& in_z, const Places& in_y, const Places& in_x, F&& f) {
  for (std::int64_t z = in_z.first; z < in_z.end; z += in_z.step) {
    for (std::int64_t y = in_y.first; y < in_y.end; y += in_y.step) {
      const std::int64_t row = (z * p.input[1] + y) * p.input[2];
      for (std::int64_t x = in_x.first; x < in_x.end; x += in_x.step) f(row + x);
    }
  }
}

// Calls f(o, i) with the place i of the maximum of each window o, -1 for a window of padding alone.
template <class T, class F>
void for_maxima(const Pooling& p, const T* x, F&& f) {
  for_windows(p, [&](std::int64_t o, const Places& in_z, const Places& in_y, const Places& in_x) {
    std::int64_t best = -1;
    for_elements(p, in_z, in_y, in_x, [&](std::int64_t i) {
      if (best < 0 || is_larger(x[i], x[best])) best = i;
    });
    f(o, best);
  });
}

// Windows of two by two elements side by side, all in the image.
bool are_squares_of_two(const Pooling& p) {
  const auto is_pair = [&](std::size_t axis) {
    const Window& window = p.windows[axis];
    return window.kernel == 2 && window.stride == 2 && window.dilation == 1 && window.begin == 0 &&
           2 * p.output[axis] <= p.input[axis];
  };
  return p.input[0] == 1 && p.output[0] == 1 && p.windows[0].kernel == 1 && is_pair(1) && is_pair(2);
}

// In two rows a and b: the larger one of each column, then of each two of these.
template <class T>
void max_of_squares(const Pooling& p, const T* x, T* y) {
  simd([=, rows = p.output[1], columns = p.output[2], width = p.input[2]]() GRADTABLE_INLINE {
    for (std::int64_t row = 0; row < rows; ++row) {
      const T *a = x + 2 * row * width, *b = a + width;
      T* const to = y + row * columns;
      GRADTABLE_INDEPENDENT
      for (std::int64_t j = 0; j < columns; ++j) {
        const T a0 = a[2 * j], a1 = a[2 * j + 1], b0 = b[2 * j], b1 = b[2 * j + 1];
        const T first = is_larger(a1, a0) ? a1 : a0, second = is_larger(b1, b0) ? b1 : b0;
        to[j] = is_larger(second, first) ? second : first;
      }
    }
  });
}

// Every element of these rows is written.
template <class T>
void spread_to_squares(const Pooling& p, const T* x, const T* from, T* to) {
  simd([=, rows = p.output[1], columns = p.output[2], width = p.input[2]]() GRADTABLE_INLINE {
    for (std::int64_t row = 0; row < rows; ++row) {
      const T *a = x + 2 * row * width, *b = a + width, *g = from + row * columns;
      T *to_a = to + 2 * row * width, *to_b = to_a + width;
      GRADTABLE_INDEPENDENT
      for (std::int64_t j = 0; j < columns; ++j) {
        const T a0 = a[2 * j], a1 = a[2 * j + 1], b0 = b[2 * j], b1 = b[2 * j + 1];
        const bool right_a = is_larger(a1, a0), right_b = is_larger(b1, b0);
        const bool below = is_larger(right_b ? b1 : b0, right_a ? a1 : a0);
        const T of_a = below ? T{0} : g[j], of_b = below ? g[j] : T{0};
        to_a[2 * j] = right_a ? T{0} : of_a;
        to_a[2 * j + 1] = right_a ? of_a : T{0};
        to_b[2 * j] = right_b ? T{0} : of_b;
        to_b[2 * j + 1] = right_b ? of_b : T{0};
      }
    }
  });
}

// The number of elements that a window's mean is over, at least 1.
template <class T>
T divisor(bool count_padding, const Places& z, const Places& y, const Places& x) {
  const auto inside = [](const Places& places) {
    return std::max(places.end - places.first, std::int64_t{0});
  };
  const std::int64_t count =
      count_padding ? z.padded * y.padded * x.padded : inside(z) * inside(y) * inside(x);
  return static_cast<T>(std::max<std::int64_t>(count, 1));
}

}  // namespace

template <class T>
void max_pool(const Pooling& p, const T* x, T* y, Parts planes) {
  for (std::int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const T* const from = x + plane * size(p.input);
    T* const to = y + plane * size(p.output);
    if (are_squares_of_two(p)) {
      max_of_squares(p, from, to);
      continue;
    }
    for_maxima(p, from, [&](std::int64_t o, std::int64_t i) {
      to[o] = i < 0 ? -std::numeric_limits<T>::infinity() : from[i];
    });
  }
}

template <class T>
void spread_to_maxima(const Pooling& p, const T* x, const T* from, T* to, Parts planes) {
  const bool squares = are_squares_of_two(p);
  const bool covered = squares && 2 * p.output[1] == p.input[1] && 2 * p.output[2] == p.input[2];
  for (std::int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const T* const of_x = x + plane * size(p.input);
    const T* const gradient = from + plane * size(p.output);
    T* const sums = to + plane * size(p.input);
    if (!covered) std::fill_n(sums, size(p.input), T{0});
    if (squares) {
      spread_to_squares(p, of_x, gradient, sums);
      continue;
    }
    for_maxima(p, of_x, [&](std::int64_t o, std::int64_t i) {
      if (i >= 0) sums[i] += gradient[o];
    });
  }
}

template <class T>
void pick_at_maxima(const Pooling& p, const T* x, const T* from, T* to, Parts planes) {
  for (std::int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const T* const numbers = from + plane * size(p.input);
    T* const picked = to + plane * size(p.output);
    for_maxima(p, x + plane * size(p.input),
               [&](std::int64_t o, std::int64_t i) { picked[o] = i < 0 ? T{0} : numbers[i]; });
  }
}

template <class T>
void avg_pool(const Pooling& p, bool count_padding, const T* x, T* y, Parts planes) {
  for (std::int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const T* const from = x + plane * size(p.input);
    T* const to = y + plane * size(p.output);
    for_windows(p, [&](std::int64_t o, const Places& in_z, const Places& in_y, const Places& in_x) {
      T sum = 0;
      for_elements(p, in_z, in_y, in_x, [&](std::int64_t i) { sum += from[i]; });
      to[o] = sum / divisor<T>(count_padding, in_z, in_y, in_x);
    });
  }
}

template <class T>
void spread_evenly(const Pooling& p, bool count_padding, const T* y, T* x, Parts planes) {
  for (std::int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const T* const from = y + plane * size(p.output);
    T* const to = x + plane * size(p.input);
    std::fill_n(to, size(p.input), T{0});
    for_windows(p, [&](std::int64_t o, const Places& in_z, const Places& in_y, const Places& in_x) {
      const T share = from[o] / divisor<T>(count_padding, in_z, in_y, in_x);
      for_elements(p, in_z, in_y, in_x, [&](std::int64_t i) { to[i] += share; });
    });
  }
}

template void max_pool(const Pooling&, const float*, float*, Parts);
template void max_pool(const Pooling&, const double*, double*, Parts);
template void spread_to_maxima(const Pooling&, const float*, const float*, float*, Parts);
template void spread_to_maxima(const Pooling&, const double*, const double*, double*, Parts);
template void pick_at_maxima(const Pooling&, const float*, const float*, float*, Parts);
template void pick_at_maxima(const Pooling&, const double*, const double*, double*, Parts);
template void avg_pool(const Pooling&, bool, const float*, float*, Parts);
template void avg_pool(const Pooling&, bool, const double*, double*, Parts);
template void spread_evenly(const Pooling&, bool, const float*, float*, Parts);
template void spread_evenly(const Pooling&, bool, const double*, double*, Parts);

}  // namespace gradtable::detail
