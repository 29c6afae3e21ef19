#include "gradtable/models/io/atomic_file.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/io/interrupt.hpp"

namespace gradtable {
namespace {

constexpr std::string_view kExpected = "a file that can be written";
constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

[[noreturn]] void fail(const std::string& path, std::string_view found) {
  throw OutputError(fmt::format("{}: {}; expected {}", path, found, kExpected));
}

[[noreturn]] void fail_with_errno(const std::string& path) {
  fail(path, std::strerror(errno));
}

// What the system call returns, called again as long as a signal interrupts it.
template <class Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
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
      descriptor_ = open(name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
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
      const ssize_t count = uninterrupted([&] { return ::write(descriptor_, text.data(), text.size()); });
      if (count < 0) fail_with_errno(final_name_);
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void flush() {
    if (uninterrupted([&] { return fsync(descriptor_); }) != 0) fail_with_errno(final_name_);
    // The copy in memory goes where the system can do without it, so that reading back asks the disk.
    posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED);
    if (lseek(descriptor_, 0, SEEK_SET) != 0) fail_with_errno(final_name_);
  }
  // Reads on from where the last call ended.
  void compare(std::string_view text) {
    const auto block = std::make_unique<char[]>(kBlockBytes);
    while (!text.empty()) {
      const std::size_t wanted = std::min(kBlockBytes, text.size());
      const ssize_t count = uninterrupted([&] { return read(descriptor_, block.get(), wanted); });
      if (count < 0) fail_with_errno(final_name_);
      if (count == 0 || !text.starts_with({block.get(), static_cast<std::size_t>(count)}))
        fail(final_name_, "what is read back is not what was written");
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void rename() {
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

std::string follow_links(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = behind_links(path, error);
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

// What a path stands for: the file that is written.
struct Target {
  explicit Target(const std::string& name)
      : path(follow_links(name)),
        folder(std::filesystem::path(path).parent_path()),
        mode(mode_of_existing(path)) {}

  std::string path;
  std::filesystem::path folder;
  std::optional<mode_t> mode;
};

// Makes the rename last. A folder that may be written but not read cannot be opened, and some file systems do
// not flush folders: neither is a fault of the file.
void flush_folder(const std::filesystem::path& folder, const std::string& path) {
  const int descriptor = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  const int status = uninterrupted([&] { return fsync(descriptor); });
  const int error = errno;
  close(descriptor);
  if (status != 0 && error != EINVAL && error != ENOTSUP)
    fail(path, fmt::format("its folder cannot be flushed: {}", std::strerror(error)));
}

}  // namespace

void write_file_atomically(const std::string& path, std::span<const std::string_view> parts) {
  const InterruptDelay whole;  // no temporary is left behind
  const Target target(path);
  Temporary temporary(target.folder, target.path);
  if (target.mode) temporary.set_mode(*target.mode);
  for (const std::string_view part : parts) temporary.write(part);
  temporary.flush();
  for (const std::string_view part : parts) temporary.compare(part);
  temporary.rename();
  flush_folder(target.folder, target.path);
}

void write_file_atomically(const std::string& path, std::string_view text) {
  write_file_atomically(path, {&text, 1});
}

void require_can_be_written(const std::string& path) {
  const InterruptDelay whole;  // no temporary is left behind
  const Target target(path);
  const Temporary temporary(target.folder, target.path);
}

std::filesystem::path behind_links(std::filesystem::path path, std::error_code& error) {
  constexpr int kMostLinks = 40;  // as many as Linux follows
  error.clear();
  std::error_code no_link;
  for (int links = 0; std::filesystem::is_symlink(path, no_link); ++links) {
    if (links == kMostLinks) error = std::make_error_code(std::errc::too_many_symbolic_link_levels);
    const std::filesystem::path target = error ? path : std::filesystem::read_symlink(path, error);
    if (error) return path;
    path = path.parent_path() / target;
  }
  return path;
}

}  // namespace gradtable
