#include "gradtable/models/data/picture_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/byte_source.hpp"
#include "gradtable/models/data/detail/picture_bytes.hpp"

namespace gradtable {
namespace {

using detail::PictureBytes;

constexpr std::size_t kMostBytes = std::size_t{1} << 28;  // of a file's content
constexpr std::size_t kBeginning = 8;

struct Format {
  std::string_view beginning;
  std::string_view name;
  GrayPicture (*read)(const PictureBytes& file);  // null: not read here
};

// The longer beginnings first.
constexpr Format kFormats[] = {
    {"\x89PNG\r\n\x1a\n", "a PNG", detail::read_png},
    {"\x89PNG", "a damaged PNG", nullptr},
    {"P2", "a PGM", detail::read_pgm},
    {"P5", "a PGM", detail::read_pgm},
    {"P1", "a PBM", nullptr},
    {"P3", "a PPM", nullptr},
    {"P4", "a PBM", nullptr},
    {"P6", "a PPM", nullptr},
    {"P7", "a PAM", nullptr},
    {"\xff\xd8\xff", "a JPEG", nullptr},
    {"GIF8", "a GIF", nullptr},
    {"BM", "a BMP", nullptr},
    {"RIFF", "a WebP", nullptr},
    {"II*", "a TIFF", nullptr},
};

const Format* format_of(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto found = std::ranges::find_if(
      kFormats, [&](const Format& format) { return text.starts_with(format.beginning); });
  return found == std::end(kFormats) ? nullptr : &*found;
}

std::vector<std::uint8_t> content_of(ByteSource& source) {
  constexpr std::size_t kStep = 1 << 16;
  std::vector<std::uint8_t> bytes;
  for (std::size_t done = 0, count = kStep; count == kStep; done += count) {
    if (done > kMostBytes)
      source.refuse(source.position(), "more data", fmt::format("a picture of at most {} bytes", kMostBytes));
    bytes.resize(done + kStep);
    count = source.read(std::span(bytes).subspan(done));
    bytes.resize(done + count);
  }
  source.finish();
  return bytes;
}

}  // namespace

bool is_picture_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  try {
    ByteSource source(path);
    std::array<std::uint8_t, kBeginning> beginning{};
    return format_of(std::span(beginning).first(source.read(beginning))) != nullptr;
  } catch (const DataError&) {
    return false;
  }
}

GrayPicture read_picture_file(const std::string& path) {
  ByteSource source(path);
  const std::vector<std::uint8_t> bytes = content_of(source);
  const PictureBytes file{path, bytes};
  const Format* format = format_of(bytes);
  if (!format || !format->read)
    file.refuse(0, format ? fmt::format("{} file", format->name) : "no picture that is known",
                "a PNG file, or a PGM file (P2 or P5)");
  return format->read(file);
}

}  // namespace gradtable
