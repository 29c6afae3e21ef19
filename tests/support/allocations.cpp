#include "tests/support/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

thread_local std::int64_t count = 0;
thread_local std::int64_t bytes_aligned = 0;
constinit std::atomic<std::int64_t> count_of_all{0};

void* allocate(std::size_t bytes, std::size_t alignment) {
  ++count;
  count_of_all.fetch_add(1, std::memory_order_relaxed);
  // aligned_alloc takes whole multiples of the alignment.
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  if (void* memory = std::aligned_alloc(alignment, whole > 0 ? whole : alignment)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// The other forms of new and delete lead to these.
void* operator new(std::size_t bytes) {
  return allocate(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  bytes_aligned += static_cast<std::int64_t>(bytes);
  return allocate(bytes, static_cast<std::size_t>(alignment));
}
// Of std::stable_sort; the sanitizer has one of its own, whose memory is not for std::free.
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return operator new(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

std::int64_t gradtable::testing::allocations() {
  return count;
}

std::int64_t gradtable::testing::aligned_bytes() {
  return bytes_aligned;
}

std::int64_t gradtable::testing::allocations_of_all_threads() {
  return count_of_all;
}
