#include "gradtable/models/config/text_file.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/io/names_near.hpp"

namespace gradtable::config {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, int reason) {
  throw ConfigError(fmt::format("{}: {}; expected a readable file{}", printable(path.native()),
                                std::generic_category().message(reason),
                                reason == ENOENT ? names_near(path) : ""));
}

void require_size(const std::filesystem::path& path, std::uintmax_t bytes, std::size_t max_bytes) {
  if (bytes > max_bytes)
    throw ConfigError(
        fmt::format("{}: more than {} bytes; expected a smaller file", printable(path.native()), max_bytes));
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

std::string read_text(const std::filesystem::path& path, std::size_t max_bytes) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) refuse(path, errno);
  std::error_code no_size;  // a pipe has none: the loop below counts
  const std::uintmax_t bytes = std::filesystem::file_size(path, no_size);
  if (!no_size) require_size(path, bytes, max_bytes);

  std::string text;
  char block[4096];
  for (;;) {
    errno = 0;
    const std::size_t count = std::fread(block, 1, sizeof block, file.get());
    if (std::ferror(file.get())) refuse(path, errno);
    if (count == 0) return text;
    text.append(block, count);
    require_size(path, text.size(), max_bytes);
  }
}

}  // namespace gradtable::config
