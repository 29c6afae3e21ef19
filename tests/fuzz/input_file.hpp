// The bytes of an input as a file in memory, for readers that take a path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace fuzz {

class InputFile {
 public:
  explicit InputFile(std::span<const std::uint8_t> bytes) : descriptor_(memfd_create("input", 0)) {
    if (descriptor_ < 0) throw std::runtime_error("memfd_create fails");
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t count = write(descriptor_, bytes.data() + done, bytes.size() - done);
      if (count <= 0) throw std::runtime_error("write fails");
      done += static_cast<std::size_t>(count);
    }
  }
  ~InputFile() { close(descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // Every reader that opens it starts at the first byte.
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace fuzz
