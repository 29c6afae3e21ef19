#include "gradtable/models/io/detail/input_file.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/io/names_near.hpp"

namespace gradtable::detail {
namespace {

[[noreturn]] void refuse(const std::string& path, std::string_view found, const std::string& near = "") {
  throw CheckpointError(fmt::format("{}: {}; expected a readable file{}", path, found, near));
}

}  // namespace

// Without O_NONBLOCK, opening a named pipe waits for somebody to write to it.
InputFile::InputFile(const std::string& path)
    : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  if (descriptor_ < 0) {
    const int error = errno;
    refuse(path, std::strerror(error), error == ENOENT ? names_near(path) : "");
  }
  struct stat status {};
  const bool known = fstat(descriptor_, &status) == 0;
  if (known && S_ISREG(status.st_mode)) {
    size_ = static_cast<std::uint64_t>(status.st_size);
    return;
  }
  const std::string reason = !known                    ? std::strerror(errno)
                             : S_ISDIR(status.st_mode) ? "a directory"
                                                       : "not a regular file";
  close(descriptor_);
  refuse(path, reason);
}

InputFile::~InputFile() {
  close(descriptor_);
}

void InputFile::read(void* bytes, std::size_t count) {
  auto* next = static_cast<char*>(bytes);
  while (count > 0) {
    const ssize_t done = ::read(descriptor_, next, count);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) refuse(path_, std::strerror(errno));
    if (done == 0)
      throw CheckpointError(fmt::format("{}: the end of the file; expected {} bytes more", path_, count));
    next += done;
    count -= static_cast<std::size_t>(done);
  }
}

void InputFile::skip(std::uint64_t count) {
  if (lseek(descriptor_, static_cast<off_t>(count), SEEK_CUR) < 0) refuse(path_, std::strerror(errno));
}

}  // namespace gradtable::detail
