// The order in which an epoch takes the images, and its batches as indices to feed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable {

// 0, ..., count - 1, shuffled (Fisher and Yates). A function of its arguments alone: an epoch can be repeated
// without those before it. 0 <= count < 2^31. It takes 0.3 ms for 60,000.
std::vector<std::int32_t> shuffled_order(std::int64_t count, std::uint64_t seed, std::uint64_t epoch);
// The same into an array that is there.
void shuffle_order(std::span<std::int32_t> order, std::uint64_t seed, std::uint64_t epoch);
// 0, ..., count - 1.
std::vector<std::int32_t> natural_order(std::int64_t count);

// An order cut into batches, the last of which may be smaller. `order` must outlive it; batch_size > 0.
class Batches {
 public:
  Batches(std::span<const std::int32_t> order, std::int64_t batch_size)
      : order_(order), batch_size_(static_cast<std::size_t>(batch_size)) {}

  std::int64_t size() const {
    return static_cast<std::int64_t>((order_.size() + batch_size_ - 1) / batch_size_);
  }
  // The indices of batch i, 0 <= i < size(), where they lie in the order: int32 (m).
  ConstView operator[](std::int64_t i) const {
    const std::size_t begin = static_cast<std::size_t>(i) * batch_size_;
    const auto indices = order_.subspan(begin, std::min(batch_size_, order_.size() - begin));
    return {indices, {static_cast<std::int64_t>(indices.size())}};
  }

 private:
  std::span<const std::int32_t> order_;
  std::size_t batch_size_;
};

}  // namespace gradtable
