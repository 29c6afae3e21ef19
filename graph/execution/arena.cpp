#include "gradtable/graph/execution/arena.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace gradtable {
namespace {

std::size_t rounded(std::size_t bytes) {
  return (std::max<std::size_t>(bytes, 1) + Arena::kAlignment - 1) / Arena::kAlignment * Arena::kAlignment;
}

}  // namespace

std::size_t Arena::allocate(std::size_t bytes) {
  const std::size_t wanted = rounded(bytes);
  const auto fitting = free_by_size_.lower_bound({wanted, 0});
  if (fitting != free_by_size_.end()) {
    const auto [free_bytes, offset] = *fitting;
    remove_free(free_by_offset_.find(offset));
    if (free_bytes > wanted) add_free(offset + wanted, free_bytes - wanted);
    return offset;
  }
  // A free block at the end is extended.
  std::size_t offset = size_;
  if (!free_by_offset_.empty()) {
    const auto last = std::prev(free_by_offset_.end());
    if (last->first + last->second == size_) {
      offset = last->first;
      remove_free(last);
    }
  }
  if (wanted > std::numeric_limits<std::size_t>::max() - offset) throw std::bad_alloc();
  size_ = offset + wanted;
  return offset;
}

void Arena::release(std::size_t offset, std::size_t bytes) {
  std::size_t begin = offset, end = offset + rounded(bytes);
  const auto next = free_by_offset_.lower_bound(offset);
  if (next != free_by_offset_.begin()) {
    const auto previous = std::prev(next);
    if (previous->first + previous->second == begin) {
      begin = previous->first;
      remove_free(previous);
    }
  }
  if (next != free_by_offset_.end() && next->first == end) {
    end += next->second;
    remove_free(next);
  }
  add_free(begin, end - begin);
}

void Arena::add_free(std::size_t offset, std::size_t bytes) {
  free_by_offset_.emplace(offset, bytes);
  free_by_size_.emplace(bytes, offset);
}

void Arena::remove_free(std::map<std::size_t, std::size_t>::iterator block) {
  free_by_size_.erase({block->second, block->first});
  free_by_offset_.erase(block);
}

}  // namespace gradtable
