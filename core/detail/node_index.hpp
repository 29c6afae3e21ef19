// Which nodes there are, by a hash of what they compute.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "gradtable/core/tensor.hpp"

namespace gradtable::detail {

// A table with open addressing: it takes no block of memory for each node, as std::unordered_multimap does,
// which was a quarter of the samples of a profile of a chain of a million nodes.
class NodeIndex {
 public:
  // The node with this hash for which same(id) holds; -1 if there is none.
  template <class Same>
  NodeId find(std::size_t hash, const Same& same) const {
    if (slots_.empty()) return -1;
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t i = tag & mask(); slots_[i].id >= 0; i = (i + 1) & mask())
      if (slots_[i].tag == tag && same(slots_[i].id)) return slots_[i].id;
    return -1;
  }

  void insert(std::size_t hash, NodeId id) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    place({tag_of(hash), id});
    ++count_;
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    NodeId id = -1;
  };

  // The best bits of a product are the upper ones (Fibonacci hashing).
  static std::uint32_t tag_of(std::size_t hash) {
    return static_cast<std::uint32_t>(hash * 0x9e3779b97f4a7c15ULL >> 32);
  }

  std::size_t mask() const { return slots_.size() - 1; }

  void place(const Slot& slot) {
    std::size_t i = slot.tag & mask();
    while (slots_[i].id >= 0) i = (i + 1) & mask();
    slots_[i] = slot;
  }

  void grow() {
    const std::vector<Slot> old = std::move(slots_);
    slots_.assign(old.empty() ? 64 : 2 * old.size(), {});
    for (const Slot& slot : old)
      if (slot.id >= 0) place(slot);
  }

  std::vector<Slot> slots_;  // their number is a power of two, at most half of them taken
  std::size_t count_ = 0;
};

}  // namespace gradtable::detail
