#include "gradtable/ops/detail/windows/lanes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "gradtable/ops/detail/loops/fold.hpp"
#include "gradtable/ops/detail/loops/simd.hpp"

namespace gradtable::detail {
namespace {

template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(64), may_alias));
};
template <class T>
using Vector = typename VectorOf<T>::type;

template <class T>
using Lanes = std::make_index_sequence<static_cast<std::size_t>(kLanes64<T>)>;

// Sums that are kept in registers, of 32 that hold a vector each, or 16 that hold half of one or less.
constexpr int kWide = 24, kNarrow = 6;

bool is_wide() {
  return instruction_set() == InstructionSet::avx512;
}

template <bool Wide, class Body>
void run(const Body& body) {
#ifdef GRADTABLE_SEVERAL_INSTRUCTION_SETS
  if constexpr (Wide) return run_avx512(body);
#endif
  simd(body);
}

// Rows of the matrix with these columns: after log2(lanes) rounds of taking elements of the first half and of
// the second half in turn, columns and rows have changed places.
template <class T, std::size_t... Lane>
GRADTABLE_INLINE inline void transpose_square(Vector<T>* rows, std::index_sequence<Lane...>) {
  constexpr int kCount = sizeof...(Lane);
  for (int round = 1; round < kCount; round *= 2) {
    Vector<T> next[sizeof...(Lane)];
    for (int i = 0; i < kCount / 2; ++i) {
      const Vector<T> a = rows[i], b = rows[i + kCount / 2];
      next[2 * i] = __builtin_shufflevector(a, b, static_cast<int>(Lane / 2 + Lane % 2 * kCount)...);
      next[2 * i + 1] =
          __builtin_shufflevector(a, b, static_cast<int>(kCount / 2 + Lane / 2 + Lane % 2 * kCount)...);
    }
    for (int i = 0; i < kCount; ++i) rows[i] = next[i];
  }
}

// The elements [first, first + lanes) of each row.
template <class T>
GRADTABLE_INLINE inline void interleave_square(const T* const* rows, std::int64_t first, T* to) {
  constexpr std::int64_t kLanes = kLanes64<T>;
  Vector<T> square[64 / sizeof(T)];
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    square[lane] = Vector<T>{};
    if (rows[lane]) __builtin_memcpy(&square[lane], rows[lane] + first, 64);
  }
  transpose_square<T>(square, Lanes<T>());
  for (std::int64_t i = 0; i < kLanes; ++i) __builtin_memcpy(to + (first + i) * kLanes, &square[i], 64);
}

template <class T>
GRADTABLE_INLINE inline void separate_square(const T* from, std::int64_t first, T* const* rows, bool add) {
  constexpr std::int64_t kLanes = kLanes64<T>;
  Vector<T> square[64 / sizeof(T)];
  for (std::int64_t i = 0; i < kLanes; ++i) __builtin_memcpy(&square[i], from + (first + i) * kLanes, 64);
  transpose_square<T>(square, Lanes<T>());
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    if (!rows[lane]) continue;
    Vector<T> sum = square[lane];
    if (add) {
      Vector<T> old;
      __builtin_memcpy(&old, rows[lane] + first, 64);
      sum += old;
    }
    __builtin_memcpy(rows[lane] + first, &sum, 64);
  }
}

template <class T, int Rows, int Count>
GRADTABLE_INLINE inline void correlate_tile(const Positions<T>& p, std::int64_t first) {
  using V = Vector<T>;
  V sums[std::size_t{Rows}][std::size_t{Count}];
  for (int r = 0; r < Rows; ++r) {
    for (int i = 0; i < Count; ++i) sums[r][i] = V{} + p.start[r];
  }
  const std::int64_t shift = p.shift;
  const T* const begin = p.source + first * shift;
  for (std::int64_t channel = 0; channel < p.channels; ++channel) {
    for (std::int64_t z = 0; z < p.z.count; ++z) {
      for (std::int64_t y = 0; y < p.y.count; ++y) {
        const T* from = begin + channel * p.source_channel + z * p.z.source + y * p.y.source;
        const T* weights = p.weights + channel * p.weight_channel + z * p.z.weight + y * p.y.weight;
        for (std::int64_t x = 0; x < p.x.count; ++x, from += p.x.source, weights += p.x.weight) {
          V numbers[std::size_t{Count}];
          for (int i = 0; i < Count; ++i) numbers[i] = *reinterpret_cast<const V*>(from + i * shift);
#pragma GCC unroll 16
          for (int r = 0; r < Rows; ++r) {
            const T weight = weights[r];
#pragma GCC unroll 16
            for (int i = 0; i < Count; ++i) sums[r][i] += weight * numbers[i];
          }
        }
      }
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int i = 0; i < Count; ++i)
      *reinterpret_cast<V*>(p.to + r * p.to_row + (first + i) * kLanes64<T>) = sums[r][i];
  }
}

// What is left after the last whole tile takes smaller ones where rows alone keep the processor busy; else
// the last tile begins so that it ends with the last position.
template <class T, int Rows, bool Wide>
void correlate_rows(const Positions<T>& positions) {
  constexpr int kCount = std::clamp((Wide ? kWide : kNarrow) / Rows, 1, 8);
  constexpr int kBusy = 4;                               // sums for which a multiply-add waits for no other
  run<Wide>([address = &positions]() GRADTABLE_INLINE {  // a copy of what was just written would stall
    const Positions<T>& p = *address;
    std::int64_t i = 0;
    for (; i + kCount <= p.count; i += kCount) correlate_tile<T, Rows, kCount>(p, i);
    if constexpr (Rows < kBusy && kCount > 1) {
      if (i < p.count && kCount <= p.count) {
        correlate_tile<T, Rows, kCount>(p, p.count - kCount);
        return;
      }
    } else if constexpr (kCount > 2) {
      for (; i + 2 <= p.count; i += 2) correlate_tile<T, Rows, 2>(p, i);
    }
    for (; i < p.count; ++i) correlate_tile<T, Rows, 1>(p, i);
  });
}

template <class T>
GRADTABLE_INLINE inline T sum_over_lanes(const Vector<T>& v) {
  T lanes[64 / sizeof(T)];
  __builtin_memcpy(lanes, &v, 64);
  return join_lanes<kLanes64<T>>(lanes, Add());
}

// Sums of a tile over many positions. What registers hold, of few of them, is added to blocks in memory, and
// kTogether of these to totals in float64.
template <class T, int Rows, int Count>
class TileSums {
 public:
  using Registers = Vector<T>[std::size_t{Rows}][std::size_t{Count}];

  // Adds the sums, and makes them 0.
  GRADTABLE_INLINE void add(Registers& sums) {
    for (int r = 0; r < Rows; ++r) {
      for (int t = 0; t < Count; ++t) {
        blocks_[r][t] = in_block_ == 0 ? sums[r][t] : blocks_[r][t] + sums[r][t];
        sums[r][t] = Vector<T>{};
      }
    }
    if (++in_block_ == kTogether) add_to_totals(blocks_);
  }

  // to[r][t] += the sum over all positions and lanes; `sums` are the last ones.
  GRADTABLE_INLINE void finish(Registers& sums, T* to, std::int64_t to_row) {
    if (in_block_ > 0) {
      add(sums);
      if (in_block_ > 0) add_to_totals(blocks_);
    } else if (some_) {
      add_to_totals(sums);
    }
    for (int r = 0; r < Rows; ++r) {
      for (int t = 0; t < Count; ++t)
        to[r * to_row + t] += some_ ? static_cast<T>(totals_[r][t]) : sum_over_lanes<T>(sums[r][t]);
    }
  }

 private:
  GRADTABLE_INLINE void add_to_totals(const Registers& sums) {
    for (int r = 0; r < Rows; ++r) {
      for (int t = 0; t < Count; ++t) totals_[r][t] += static_cast<double>(sum_over_lanes<T>(sums[r][t]));
    }
    some_ = true;
    in_block_ = 0;
  }

  Registers blocks_;
  double totals_[std::size_t{Rows}][std::size_t{Count}]{};
  std::int64_t in_block_ = 0;
  bool some_ = false;
};

template <class T, int Rows, int Count>
GRADTABLE_INLINE inline void correlate_gradients_tile(const Gradients<T>& g) {
  using V = Vector<T>;
  constexpr std::int64_t kInRegisters = 2 * kTogether;  // positions
  V sums[std::size_t{Rows}][std::size_t{Count}];
  for (int r = 0; r < Rows; ++r) {
    for (int t = 0; t < Count; ++t) sums[r][t] = V{};
  }
  TileSums<T, Rows, Count> all;
  const std::int64_t row = g.gradient_row, shift = g.shift;
  std::int64_t left = kInRegisters;
  for (std::int64_t z = 0; z < g.z.count; ++z) {
    for (std::int64_t y = 0; y < g.y.count; ++y) {
      const T* from = g.source + z * g.z.source + y * g.y.source;
      const T* gradient = g.gradient + z * g.z.weight + y * g.y.weight;
      for (std::int64_t end = 0, x = 0; x < g.x.count;) {
        end = std::min(x + left, g.x.count);
        left -= end - x;
        for (; x < end; ++x, from += g.x.source, gradient += g.x.weight) {
          V numbers[std::size_t{Count}];
          for (int t = 0; t < Count; ++t) numbers[t] = *reinterpret_cast<const V*>(from + t * shift);
#pragma GCC unroll 16
          for (int r = 0; r < Rows; ++r) {
            const V factor = *reinterpret_cast<const V*>(gradient + r * row);
#pragma GCC unroll 16
            for (int t = 0; t < Count; ++t) sums[r][t] += factor * numbers[t];
          }
        }
        if (left > 0) continue;
        all.add(sums);
        left = kInRegisters;
      }
    }
  }
  all.finish(sums, g.to, g.to_row);
}

template <class T, int Rows, int Count, bool Wide>
void correlate_gradients_of(const Gradients<T>& gradients) {
  run<Wide>([address = &gradients]()
                GRADTABLE_INLINE { correlate_gradients_tile<T, Rows, Count>(*address); });
}

constexpr std::array kRowCounts = {1, 2, 3, 4, 6, 8, 12, 16};
constexpr std::size_t kNarrowRowCounts = 5;  // the first of them
constexpr int kWideGradientRows = 4, kWideGradientTaps = 5, kNarrowGradientRows = 2, kNarrowGradientTaps = 3;

template <class T, bool Wide, std::size_t... Place>
void correlate_as(std::int64_t rows, const Positions<T>& p, std::index_sequence<Place...>) {
  static_cast<void>(
      ((rows == kRowCounts[Place] && (correlate_rows<T, kRowCounts[Place], Wide>(p), true)) || ...));
}

template <class T, bool Wide, int Taps, std::size_t... Place>
void correlate_gradients_as(std::int64_t rows, std::int64_t taps, const Gradients<T>& g,
                            std::index_sequence<Place...>) {
  static_cast<void>(
      ((rows == static_cast<int>(Place) / Taps + 1 && taps == static_cast<int>(Place) % Taps + 1 &&
        (correlate_gradients_of<T, static_cast<int>(Place) / Taps + 1, static_cast<int>(Place) % Taps + 1,
                                Wide>(g),
         true)) ||
       ...));
}

}  // namespace

// The last square ends with the rows.
template <class T>
void interleave(const T* const* rows, std::int64_t count, T* to) {
  constexpr std::int64_t kLanes = kLanes64<T>;
  if (is_wide() && count >= kLanes) {
    run<true>([=]() GRADTABLE_INLINE {
      std::int64_t i = 0;
      for (; i + kLanes <= count; i += kLanes) interleave_square(rows, i, to);
      if (i < count) interleave_square(rows, count - kLanes, to);
    });
    return;
  }
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    for (std::int64_t i = 0; i < count; ++i) to[i * kLanes + lane] = rows[lane] ? rows[lane][i] : T{0};
  }
}

template <class T>
void separate(const T* from, std::int64_t count, T* const* rows, bool add) {
  constexpr std::int64_t kLanes = kLanes64<T>;
  const std::int64_t whole = is_wide() ? count / kLanes * kLanes : 0;
  if (whole > 0) {
    run<true>([=]() GRADTABLE_INLINE {
      for (std::int64_t i = 0; i < whole; i += kLanes) separate_square(from, i, rows, add);
    });
  }
  for (std::int64_t lane = 0; whole < count && lane < kLanes; ++lane) {
    if (!rows[lane]) continue;
    for (std::int64_t i = whole; i < count; ++i)
      rows[lane][i] = from[i * kLanes + lane] + (add ? rows[lane][i] : T{0});
  }
}

template <class T>
void correlate(std::int64_t rows, const Positions<T>& positions) {
  if (is_wide())
    correlate_as<T, true>(rows, positions, std::make_index_sequence<kRowCounts.size()>());
  else
    correlate_as<T, false>(rows, positions, std::make_index_sequence<kNarrowRowCounts>());
}

std::int64_t correlated_rows(std::int64_t wanted) {
  const std::size_t last = (is_wide() ? kRowCounts.size() : kNarrowRowCounts) - 1;
  const std::int64_t pieces = (wanted + kRowCounts[last] - 1) / kRowCounts[last];
  const std::int64_t even = pieces == 0 ? 1 : (wanted + pieces - 1) / pieces;
  return *std::ranges::find_if(kRowCounts, [even](std::int64_t rows) { return rows >= even; });
}

template <class T>
void correlate_gradients(std::int64_t rows, std::int64_t taps, const Gradients<T>& gradients) {
  if (is_wide())
    correlate_gradients_as<T, true, kWideGradientTaps>(
        rows, taps, gradients, std::make_index_sequence<kWideGradientRows * kWideGradientTaps>());
  else
    correlate_gradients_as<T, false, kNarrowGradientTaps>(
        rows, taps, gradients, std::make_index_sequence<kNarrowGradientRows * kNarrowGradientTaps>());
}

std::int64_t most_gradient_rows() {
  return is_wide() ? kWideGradientRows : kNarrowGradientRows;
}

std::int64_t most_gradient_taps() {
  return is_wide() ? kWideGradientTaps : kNarrowGradientTaps;
}

template void interleave<float>(const float* const*, std::int64_t, float*);
template void interleave<double>(const double* const*, std::int64_t, double*);
template void separate<float>(const float*, std::int64_t, float* const*, bool);
template void separate<double>(const double*, std::int64_t, double* const*, bool);
template void correlate<float>(std::int64_t, const Positions<float>&);
template void correlate<double>(std::int64_t, const Positions<double>&);
template void correlate_gradients<float>(std::int64_t, std::int64_t, const Gradients<float>&);
template void correlate_gradients<double>(std::int64_t, std::int64_t, const Gradients<double>&);

}  // namespace gradtable::detail
