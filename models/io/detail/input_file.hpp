// A regular file, read from its start, whose size is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace gradtable::detail {

// All functions throw CheckpointError with the path and the system's reason.
class InputFile {
 public:
  // Throws when the file is missing, unreadable, or not a regular file.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::uint64_t size() const { return size_; }
  // The next `count` bytes. Throws when the file ends before.
  void read(void* bytes, std::size_t count);
  // Goes over the next `count` bytes; that the file has them is not checked.
  void skip(std::uint64_t count);

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace gradtable::detail
