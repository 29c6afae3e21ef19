#include "gradtable/ops/detail/windows/pooling.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

#include "gradtable/ops/detail/loops/fold.hpp"
#include "gradtable/ops/detail/loops/scratch.hpp"
#include "gradtable/ops/detail/loops/simd.hpp"

namespace gradtable::detail {
namespace {

std::int64_t size(const Spatial<std::int64_t>& extents) {
  return extents[0] * extents[1] * extents[2];
}

// Whether b is larger than a, which comes before it; NaN is larger than any number. Of numbers or of vectors,
// where the answer is a vector of masks.
template <class T>
GRADTABLE_INLINE inline auto is_larger(const T& b, const T& a) {
  if constexpr (std::is_floating_point_v<T>)
    return !(b <= a) && a == a;
  else
    return ~(b <= a) & (a == a);
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

// Neighbours that are worked on at once. g++ does not vectorize these loops by itself.
constexpr std::int64_t kMany = 8, kFew = 4;

// Windows of two by two elements side by side, all in the image, at least kFew in a row.
bool are_squares_of_two(const Pooling& p) {
  const auto is_pair = [&](std::size_t axis) {
    const Window& window = p.windows[axis];
    return window.kernel == 2 && window.stride == 2 && window.dilation == 1 && window.begin == 0 &&
           2 * p.output[axis] <= p.input[axis];
  };
  return p.output[2] >= kFew && p.input[0] == 1 && p.output[0] == 1 && p.windows[0].kernel == 1 &&
         is_pair(1) && is_pair(2);
}

template <class T, std::size_t Count>
struct Neighbours {
  typedef T type __attribute__((vector_size(Count * sizeof(T))));
};

template <class V, class T>
GRADTABLE_INLINE inline V load(const T* from) {
  V v;
  __builtin_memcpy(&v, from, sizeof(V));
  return v;
}

// The elements at even and at odd places of two vectors; two vectors out of such.
template <class V, std::size_t... I>
GRADTABLE_INLINE inline void deal(V& even, V& odd, std::index_sequence<I...>) {
  const V first = even, second = odd;
  even = __builtin_shufflevector(first, second, static_cast<int>(2 * I)...);
  odd = __builtin_shufflevector(first, second, static_cast<int>(2 * I + 1)...);
}
template <class V, std::size_t... I>
GRADTABLE_INLINE inline void merge(V& first, V& second, std::index_sequence<I...>) {
  constexpr std::size_t kCount = sizeof...(I);
  const V even = first, odd = second;
  first = __builtin_shufflevector(even, odd, static_cast<int>(I / 2 + I % 2 * kCount)...);
  second = __builtin_shufflevector(even, odd, static_cast<int>(kCount / 2 + I / 2 + I % 2 * kCount)...);
}

// Windows side by side in two rows: their elements, and the larger one of each row and of both.
template <class T, std::size_t Count>
struct Squares {
  using V = typename Neighbours<T, Count>::type;
  static constexpr std::make_index_sequence<Count> kAll{};

  GRADTABLE_INLINE Squares(const T* a, const T* b) {
    V a0 = load<V>(a), a1 = load<V>(a + Count), b0 = load<V>(b), b1 = load<V>(b + Count);
    deal(a0, a1, kAll);
    deal(b0, b1, kAll);
    right_a = is_larger(a1, a0);
    right_b = is_larger(b1, b0);
    const V first = right_a ? a1 : a0, second = right_b ? b1 : b0;
    below = is_larger(second, first);
    largest = below ? second : first;
  }

  // `gradient` where the largest elements are, 0 elsewhere.
  GRADTABLE_INLINE void spread(const T* gradient, T* to_a, T* to_b) const {
    const V g = load<V>(gradient), zero{};
    const V of_a = below ? zero : g, of_b = below ? g : zero;
    store(right_a ? zero : of_a, right_a ? of_a : zero, to_a);
    store(right_b ? zero : of_b, right_b ? of_b : zero, to_b);
  }

  V largest;

 private:
  using Mask = decltype(V{} < V{});
  GRADTABLE_INLINE static void store(V even, V odd, T* to) {
    merge(even, odd, kAll);
    __builtin_memcpy(to, &even, sizeof(V));
    __builtin_memcpy(to + Count, &odd, sizeof(V));
  }

  Mask right_a, right_b, below;
};

// Calls f(row, first) for stretches of Count windows that cover the rows; the last one of a row ends with it.
template <std::int64_t Count, class F>
GRADTABLE_INLINE inline void for_stretches(std::int64_t rows, std::int64_t columns, const F& f) {
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t first = 0; first < columns; first += Count) f(row, std::min(first, columns - Count));
  }
}

template <std::size_t Count, class T>
void max_of_squares(const Pooling& p, const T* x, T* y) {
  simd([=, rows = p.output[1], columns = p.output[2], width = p.input[2]]() GRADTABLE_INLINE {
    for_stretches<Count>(rows, columns, [=](std::int64_t row, std::int64_t first) GRADTABLE_INLINE {
      const T* const a = x + 2 * row * width + 2 * first;
      const Squares<T, Count> squares(a, a + width);
      __builtin_memcpy(y + row * columns + first, &squares.largest, sizeof(squares.largest));
    });
  });
}

// Every element of the windows is written.
template <std::size_t Count, class T>
void spread_to_squares(const Pooling& p, const T* x, const T* from, T* to) {
  simd([=, rows = p.output[1], columns = p.output[2], width = p.input[2]]() GRADTABLE_INLINE {
    for_stretches<Count>(rows, columns, [=](std::int64_t row, std::int64_t first) GRADTABLE_INLINE {
      const std::int64_t place = 2 * row * width + 2 * first;
      const Squares<T, Count> squares(x + place, x + place + width);
      squares.spread(from + row * columns + first, to + place, to + place + width);
    });
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

// Elements of a window.
std::int64_t elements(const Pooling& p) {
  return p.windows[0].kernel * p.windows[1].kernel * p.windows[2].kernel;
}

// The windows that see the same element, at most.
std::int64_t overlap(const Pooling& p) {
  std::int64_t most = 1;
  for (std::size_t axis = 0; axis < kSpatial; ++axis) {
    const Window& window = p.windows[axis];
    const std::int64_t passing = (window.span() + window.stride - 1) / window.stride;
    most *= std::min({window.kernel, passing, p.output[axis]});
  }
  return most;
}

// y[o] = the mean of window o of a plane, added up as Sum.
template <class Sum, class T>
void average_plane(const Pooling& p, bool count_padding, const T* x, T* y) {
  for_windows(p, [&](std::int64_t o, const Places& in_z, const Places& in_y, const Places& in_x) {
    Sum sum = 0;
    for_elements(p, in_z, in_y, in_x, [&](std::int64_t i) { sum += static_cast<Sum>(x[i]); });
    y[o] = static_cast<T>(sum / divisor<Sum>(count_padding, in_z, in_y, in_x));
  });
}

// Calls spread(sums), which adds gradients of windows to the elements of a plane of zeros, and writes the
// plane; it is added up as T where few windows see the same element.
template <class T, class Spread>
void spread_to_plane(const Pooling& p, T* plane, const Spread& spread) {
  const std::int64_t count = size(p.input);
  if (overlap(p) <= kTogether) {
    std::fill_n(plane, count, T{0});
    spread(plane);
    return;
  }
  Scratch scratch(static_cast<std::size_t>(count) * sizeof(double) + Scratch::kLine);
  auto* const sums = scratch.take<double>(count);
  std::fill_n(sums, count, 0.0);
  spread(sums);
  std::transform(sums, sums + count, plane, [](double sum) { return static_cast<T>(sum); });
}

}  // namespace

template <class T>
void max_pool(const Pooling& p, const T* x, T* y, Parts planes) {
  for (std::int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const T* const from = x + plane * size(p.input);
    T* const to = y + plane * size(p.output);
    if (are_squares_of_two(p)) {
      p.output[2] >= kMany ? max_of_squares<kMany>(p, from, to) : max_of_squares<kFew>(p, from, to);
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
    if (squares) {
      if (!covered) std::fill_n(sums, size(p.input), T{0});
      p.output[2] >= kMany ? spread_to_squares<kMany>(p, of_x, gradient, sums)
                           : spread_to_squares<kFew>(p, of_x, gradient, sums);
      continue;
    }
    spread_to_plane(p, sums, [&](auto* places) {
      for_maxima(p, of_x, [&](std::int64_t o, std::int64_t i) {
        if (i >= 0) places[i] += gradient[o];
      });
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
    if (elements(p) <= kTogether)
      average_plane<T>(p, count_padding, from, to);
    else
      average_plane<double>(p, count_padding, from, to);
  }
}

template <class T>
void spread_evenly(const Pooling& p, bool count_padding, const T* y, T* x, Parts planes) {
  for (std::int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const T* const from = y + plane * size(p.output);
    spread_to_plane(p, x + plane * size(p.input), [&](auto* places) {
      for_windows(p, [&](std::int64_t o, const Places& in_z, const Places& in_y, const Places& in_x) {
        const T share = from[o] / divisor<T>(count_padding, in_z, in_y, in_x);
        for_elements(p, in_z, in_y, in_x, [&](std::int64_t i) { places[i] += share; });
      });
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
