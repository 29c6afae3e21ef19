// Sums at places that indices name: a million may name the same one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "gradtable/ops/detail/loops/fold.hpp"
#include "gradtable/ops/detail/loops/scratch.hpp"

namespace gradtable::detail {

// Adds rows of `size` numbers to the rows of y that the indices name, counted from the front, in their order.
// A row of y that more than kTogether are added to is added up in float64.
template <class T>
class ScatterSums {
 public:
  ScatterSums(std::span<const std::int32_t> indices, std::int64_t extent, std::int64_t size)
      : indices_(indices),
        extent_(extent),
        size_(size),
        most_crowded_(static_cast<std::int64_t>(indices.size()) / (kTogether + 1)),
        scratch_(static_cast<std::size_t>(extent) * sizeof(std::int32_t) +
                 static_cast<std::size_t>(most_crowded_ * size) * sizeof(double) + 2 * Scratch::kLine),
        slots_(scratch_.template take<std::int32_t>(extent)),
        sums_(scratch_.template take<double>(most_crowded_ * size)) {
    find_crowded();
  }

  // y[i] = the sum of the rows of `values` whose index is i, for the rows [begin, end); y begins with row 0.
  void run(const T* values, T* y, std::int64_t begin, std::int64_t end) const {
    std::fill(y + begin * size_, y + end * size_, T{0});
    std::fill_n(sums_, crowded_ * size_, 0.0);
    for (const std::int32_t index : indices_) {
      const std::int64_t row = index < 0 ? index + extent_ : index;
      if (row >= begin && row < end) {
        if (crowded_ == 0 || slots_[row] < 0)
          add(values, y + row * size_);
        else
          add(values, sums_ + slots_[row] * size_);
      }
      values += size_;
    }
    for (std::int64_t row = begin; row < end && crowded_ > 0; ++row) {
      if (slots_[row] >= 0)
        std::transform(sums_ + slots_[row] * size_, sums_ + (slots_[row] + 1) * size_, y + row * size_,
                       [](double sum) { return static_cast<T>(sum); });
    }
  }

 private:
  // slots_[row] = its place among the sums in float64, -1 for a row that has none.
  void find_crowded() {
    if (most_crowded_ == 0) return;
    std::fill_n(slots_, extent_, 0);
    for (const std::int32_t index : indices_) ++slots_[index < 0 ? index + extent_ : index];
    for (std::int64_t row = 0; row < extent_; ++row)
      slots_[row] = slots_[row] > kTogether ? static_cast<std::int32_t>(crowded_++) : -1;
  }

  template <class Sum>
  void add(const T* row, Sum* sums) const {
    for (std::int64_t j = 0; j < size_; ++j) sums[j] += static_cast<Sum>(row[j]);
  }

  std::span<const std::int32_t> indices_;
  std::int64_t extent_, size_;
  std::int64_t most_crowded_, crowded_ = 0;
  Scratch scratch_;
  std::int32_t* slots_;
  double* sums_;
};

}  // namespace gradtable::detail
