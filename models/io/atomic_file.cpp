#include "gradtable/models/io/atomic_file.hpp"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

constexpr std::string_view kExpected = "a file that can be written";

[[noreturn]] void fail(const std::string& path, std::string_view found) {
  throw OutputError(fmt::format("{}: {}; expected {}", path, found, kExpected));
}

[[noreturn]] void fail_with_errno(const std::string& path) {
  fail(path, std::strerror(errno));
}

// A new file beside the target, removed again unless it is renamed. Its name does not depend on the target's,
// which may be as long as names can be.
class Temporary {
 public:
  Temporary(const std::filesystem::path& folder, std::string final_name)
      : final_name_(std::move(final_name)) {
    static std::atomic<unsigned> made{0};
    do {
      name_ = (folder / fmt::format(".gradtable-{}-{}.tmp", getpid(), made++)).string();
      descriptor_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (descriptor_ < 0 && errno == EEXIST);
    if (descriptor_ < 0) fail_with_errno(final_name_);
  }
  ~Temporary() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!renamed_) unlink(name_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void set_mode(mode_t mode) {
    if (fchmod(descriptor_, mode) != 0) fail_with_errno(final_name_);
  }
  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::write(descriptor_, text.data(), text.size());
      if (count < 0 && errno != EINTR) fail_with_errno(final_name_);
      if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void rename() {
    if (fsync(descriptor_) != 0) fail_with_errno(final_name_);
    if (close(std::exchange(descriptor_, -1)) != 0) fail_with_errno(final_name_);
    if (std::rename(name_.c_str(), final_name_.c_str()) != 0) fail_with_errno(final_name_);
    renamed_ = true;
  }

 private:
  std::string final_name_;
  std::string name_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

// The file that `path` names in the end; a symbolic link is replaced by nothing.
std::string follow_links(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return path;
  const std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
  if (error) fail(path, error.message());
  return target.string();
}

// The mode of the file that is to be replaced; nothing when there is none yet.
std::optional<mode_t> mode_of_existing(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::nullopt;
    fail_with_errno(path);
  }
  if (S_ISDIR(status.st_mode)) fail(path, "a directory");
  if (!S_ISREG(status.st_mode)) fail(path, "not a regular file");
  // Renaming would replace a read-only file without a word.
  if (access(path.c_str(), W_OK) != 0) fail_with_errno(path);
  return status.st_mode & 07777;
}

}  // namespace

void write_file_atomically(const std::string& path, std::string_view text) {
  const std::string target = follow_links(path);
  const std::optional<mode_t> mode = mode_of_existing(target);
  Temporary temporary(std::filesystem::path(target).parent_path(), target);
  if (mode) temporary.set_mode(*mode);
  temporary.write(text);
  temporary.rename();
}

}  // namespace gradtable
