// Walking through operands that are repeated, permuted or summed: every operand has one stride per axis of a
// common shape, 0 where it is repeated.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "gradtable/core/shape.hpp"
#include "gradtable/ops/detail/loops/simd.hpp"

namespace gradtable::detail {

using Strides = std::array<std::int64_t, Shape::kMaxRank>;

// The strides of a dense row-major array.
inline Strides dense_strides(const Shape& shape) {
  Strides strides{};
  std::int64_t step = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<std::size_t>(axis)] = step;
    step *= shape[axis];
  }
  return strides;
}

// The strides with which a dense array of shape `from` is read as one of shape `to` (broadcasts_to(from,
// to)).
inline Strides broadcast_strides(const Shape& from, const Shape& to) {
  const Strides dense = dense_strides(from);
  Strides strides{};
  const int missing = to.rank() - from.rank();
  for (int axis = missing; axis < to.rank(); ++axis) {
    const int own = axis - missing;
    if (from[own] != 1) strides[static_cast<std::size_t>(axis)] = dense[static_cast<std::size_t>(own)];
  }
  return strides;
}

// A walk over a shape in runs along its last axes. Adjacent axes that every operand walks through evenly are
// merged first, so that operands of equal shape give one single run.
template <std::size_t Operands>
class Walk {
 public:
  Walk(const Shape& shape, const std::array<Strides, Operands>& strides) {
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis] != 1) append(shape[axis], strides, static_cast<std::size_t>(axis));
    }
    if (rank_ > 0) {
      --rank_;
      run_ = extents_[rank_];
      for (std::size_t i = 0; i < Operands; ++i) run_strides_[i] = strides_[i][rank_];
    }
    for (std::size_t axis = 0; axis < rank_; ++axis) runs_ *= extents_[axis];
  }

  // Elements of the whole walk.
  std::int64_t size() const { return runs_ * run_; }
  // Elements of one run, and how far apart they lie in an operand.
  std::int64_t run() const { return run_; }
  std::int64_t run_stride(std::size_t operand) const { return run_strides_[operand]; }

  // Calls f(offsets, count) for the pieces of runs that hold the elements [begin, end), in row-major order;
  // offsets[i] is where the piece starts in operand i.
  template <class F>
  void for_pieces(std::int64_t begin, std::int64_t end, F&& f) const {
    if (begin >= end) return;
    std::array<std::int64_t, Shape::kMaxRank> index{};
    std::array<std::int64_t, Operands> run_offsets{};
    std::int64_t rest = begin / run_;
    for (std::size_t axis = rank_; axis-- > 0;) {
      index[axis] = rest % extents_[axis];
      rest /= extents_[axis];
      for (std::size_t i = 0; i < Operands; ++i) run_offsets[i] += index[axis] * strides_[i][axis];
    }
    for (std::int64_t skipped = begin % run_; begin < end; skipped = 0) {
      std::array<std::int64_t, Operands> offsets = run_offsets;
      for (std::size_t i = 0; i < Operands; ++i) offsets[i] += skipped * run_strides_[i];
      const std::int64_t count = std::min(run_ - skipped, end - begin);
      f(offsets, count);
      begin += count;
      for (std::size_t axis = rank_; axis-- > 0;) {
        for (std::size_t i = 0; i < Operands; ++i) run_offsets[i] += strides_[i][axis];
        if (++index[axis] < extents_[axis]) break;
        for (std::size_t i = 0; i < Operands; ++i) run_offsets[i] -= extents_[axis] * strides_[i][axis];
        index[axis] = 0;
      }
    }
  }

 private:
  void append(std::int64_t extent, const std::array<Strides, Operands>& strides, std::size_t axis) {
    bool even = rank_ > 0;
    for (std::size_t i = 0; i < Operands && even; ++i)
      even = strides_[i][rank_ - 1] == extent * strides[i][axis];
    if (!even) extents_[rank_++] = 1;
    extents_[rank_ - 1] *= extent;
    for (std::size_t i = 0; i < Operands; ++i) strides_[i][rank_ - 1] = strides[i][axis];
  }

  std::array<std::int64_t, Shape::kMaxRank> extents_{};
  std::array<Strides, Operands> strides_{};
  std::size_t rank_ = 0;
  std::int64_t runs_ = 1;
  std::int64_t run_ = 1;
  std::array<std::int64_t, Operands> run_strides_{};
};

// The elements [begin, end) of the walk's operand, one after the other.
template <class T>
void copy_pieces(const Walk<1>& walk, const T* from, T* out, std::int64_t begin, std::int64_t end) {
  const std::int64_t stride = walk.run_stride(0);
  walk.for_pieces(begin, end, [&](const std::array<std::int64_t, 1>& offset, std::int64_t count) {
    const T* in = from + offset[0];
    if (stride == 0 && count < 64) {  // 64 runs of 10: 0.3 us in place of 1.0
      std::fill_n(out, count, *in);
    } else if (stride == 0) {
      simd([value = *in, out, count]() GRADTABLE_INLINE { std::fill_n(out, count, value); });
    } else if (stride == 1) {
      std::copy_n(in, count, out);
    } else {
      for (std::int64_t i = 0; i < count; ++i) out[i] = in[i * stride];
    }
    out += count;
  });
}

}  // namespace gradtable::detail
