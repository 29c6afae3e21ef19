// Correlations of several images at once, one image in each lane of a vector: then every window of every
// stride and dilation lies at whole vectors, and no vector is partly used at the end of a row.
//
// A vector is a cache line of 64 bytes; numbers lie as [channel][position][lane].
#pragma once

#include <cstdint>

namespace gradtable::detail {

template <class T>
constexpr std::int64_t kLanes64 = 64 / static_cast<std::int64_t>(sizeof(T));

// to[i * lanes + l] = rows[l][i] for i < count; 0 where there is no row.
template <class T>
void interleave(const T* const* rows, std::int64_t count, T* to);

// rows[l][i] = from[i * lanes + l], or that added to it, for i < count; nothing where there is no row.
template <class T>
void separate(const T* from, std::int64_t count, T* const* rows, bool add);

// Elements of a window along an axis, and how far they lie apart in the source and in the weights.
struct Taps {
  std::int64_t count = 1, source = 0, weight = 0;
};

// Positions side by side whose windows have the same taps; `shift` is from window to window in the source.
template <class T>
struct Positions {
  std::int64_t count, shift;
  const T* source;
  const T* weights;  // [channel][tap][row]
  std::int64_t channels, source_channel, weight_channel;
  Taps z, y, x;
  const T* start;  // of the sum, for each row
  T* to;
  std::int64_t to_row;
};

// to[r][p][lane] = start[r] + sum over channels and taps of weights[channel, tap, r] source[channel, p + tap,
// lane]. An element has the same bits whatever rows and positions are beside it.
template <class T>
void correlate(std::int64_t rows, const Positions<T>& positions);

// A number of rows that correlate takes, for an even division of `wanted` rows.
std::int64_t correlated_rows(std::int64_t wanted);

// Taps side by side, `shift` apart in the source.
template <class T>
struct Gradients {
  std::int64_t shift;
  const T* source;
  const T* gradient;
  std::int64_t gradient_row;
  Taps z, y, x;  // positions: `weight` is how far they lie apart in the gradient
  T* to;
  std::int64_t to_row;
};

// to[r][t] += sum over positions and lanes of gradient[r, position, lane] source[position + t, lane].
template <class T>
void correlate_gradients(std::int64_t rows, std::int64_t taps, const Gradients<T>& gradients);

// The most rows and taps that correlate_gradients takes.
std::int64_t most_gradient_rows();
std::int64_t most_gradient_taps();

}  // namespace gradtable::detail
