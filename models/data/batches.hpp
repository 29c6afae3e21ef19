// The order in which an epoch takes the images, and batches of them as numbers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "gradtable/core/array.hpp"
#include "gradtable/models/data/dataset.hpp"

namespace gradtable {

// 0, ..., count - 1, shuffled (Fisher and Yates). A function of its arguments alone: an epoch can be repeated
// without those before it.
std::vector<std::uint32_t> shuffled_order(std::int64_t count, std::uint64_t seed, std::uint64_t epoch);
// The same into an array that is there.
void shuffle_order(std::span<std::uint32_t> order, std::uint64_t seed, std::uint64_t epoch);
// 0, ..., count - 1.
std::vector<std::uint32_t> natural_order(std::int64_t count);

// An order cut into batches, the last of which may be smaller. `order` must outlive it; batch_size > 0.
class Batches {
 public:
  Batches(std::span<const std::uint32_t> order, std::int64_t batch_size)
      : order_(order), batch_size_(static_cast<std::size_t>(batch_size)) {}

  std::int64_t size() const {
    return static_cast<std::int64_t>((order_.size() + batch_size_ - 1) / batch_size_);
  }
  // The indices of batch i, 0 <= i < size().
  std::span<const std::uint32_t> operator[](std::int64_t i) const {
    const std::size_t begin = static_cast<std::size_t>(i) * batch_size_;
    return order_.subspan(begin, std::min(batch_size_, order_.size() - begin));
  }

 private:
  std::span<const std::uint32_t> order_;
  std::size_t batch_size_;
};

// images[i] = pixels[indices[i]] / 255, labels[i] = label[indices[i]], without allocation. `images` is
// float32 or float64 of n rows with features() elements each, as (n,784) or (n,1,28,28); `labels` is int32
// of n elements. Throws ShapeError; indices are not checked.
void gather(const Dataset& dataset, std::span<const std::uint32_t> indices, const View& images,
            const View& labels);

}  // namespace gradtable
