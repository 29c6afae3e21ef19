#include "gradtable/models/io/read_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "gradtable/models/io/names_near.hpp"

namespace gradtable {
namespace {

constexpr std::size_t kFirstBlock = 1 << 16;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

detail::FileContent unreadable(const std::filesystem::path& path, int reason) {
  return {{},
          fmt::format("{}; expected a readable file{}", std::generic_category().message(reason),
                      reason == ENOENT ? names_near(path) : "")};
}

detail::FileContent too_large(std::size_t most_bytes) {
  return {{}, fmt::format("more than {} bytes; expected a smaller file", most_bytes)};
}

}  // namespace

detail::FileContent detail::read_file(const std::filesystem::path& path, std::size_t most_bytes) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) return unreadable(path, errno);
  std::error_code no_size;  // a pipe has none: the loop below counts
  const std::uintmax_t size = std::filesystem::file_size(path, no_size);
  if (!no_size && size > most_bytes) return too_large(most_bytes);

  std::string bytes;
  std::size_t done = 0;
  do {
    bytes.resize(done + std::max(done, kFirstBlock));
    errno = 0;
    done += std::fread(bytes.data() + done, 1, bytes.size() - done, file.get());
    // Opening a directory succeeds: it is the first read that fails.
    if (std::ferror(file.get())) return unreadable(path, errno);
    if (done > most_bytes) return too_large(most_bytes);
  } while (done == bytes.size());
  bytes.resize(done);
  return {std::move(bytes), {}};
}

std::optional<std::string> content_of(const std::filesystem::path& path) {
  detail::FileContent content = detail::read_file(path, SIZE_MAX);
  if (!content.fault.empty()) return std::nullopt;
  return std::move(content.bytes);
}

}  // namespace gradtable
