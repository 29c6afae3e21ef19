// Memory of a thread for what an op needs while it computes a share of its output, kept for the next time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace gradtable::detail {

// Hands out pieces of one buffer, each on a cache line; they are good until the thread asks for a new
// Scratch. The buffer grows when it has to, so that runs after the first one allocate nothing.
class Scratch {
 public:
  static constexpr std::size_t kLine = 64;

  explicit Scratch(std::size_t bytes) : next_(buffer(bytes)) {}

  // Room for `count` numbers that are not set. A Scratch of the bytes of all pieces, and a line more for
  // each.
  template <class T>
  T* take(std::int64_t count) {
    T* const piece = reinterpret_cast<T*>(next_);
    next_ += (static_cast<std::size_t>(count) * sizeof(T) + kLine - 1) / kLine * kLine;
    return piece;
  }

 private:
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete (memory, std::align_val_t{kLine}); }
  };

  static std::byte* buffer(std::size_t bytes) {
    thread_local std::unique_ptr<std::byte, Free> memory;
    thread_local std::size_t size = 0;
    if (bytes > size) {
      memory.reset();
      size = 0;
      memory.reset(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{kLine})));
      size = bytes;
    }
    return memory.get();
  }

  std::byte* next_;
};

}  // namespace gradtable::detail
