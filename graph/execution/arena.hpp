// The planning of one block of memory, in which results that are not needed at the same time share their
// places.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace gradtable {

// Places blocks in an address space that grows as needed; a released block is used again. Every offset is a
// multiple of a cache line.
class Arena {
 public:
  static constexpr std::size_t kAlignment = 64;

  // The offset of a free block: the smallest that is large enough, else one at the end.
  // Throws std::bad_alloc when the address space has no such place.
  std::size_t allocate(std::size_t bytes);
  void release(std::size_t offset, std::size_t bytes);
  // The bytes that hold every block that was ever allocated.
  std::size_t size() const { return size_; }

 private:
  void add_free(std::size_t offset, std::size_t bytes);
  void remove_free(std::map<std::size_t, std::size_t>::iterator block);

  std::map<std::size_t, std::size_t> free_by_offset_;           // offset -> bytes
  std::set<std::pair<std::size_t, std::size_t>> free_by_size_;  // (bytes, offset)
  std::size_t size_ = 0;
};

}  // namespace gradtable
