// PNG: the chunks are checked here, as libpng does not look behind the image data; it decodes them.
#include <cstring>

#include <fmt/format.h>
#include <png.h>
#include <zlib.h>

#include "gradtable/models/data/detail/picture_bytes.hpp"

namespace gradtable::detail {
namespace {

constexpr std::size_t kSignature = 8, kAround = 12;  // of a chunk: its length, name and checksum
constexpr std::int64_t kLargestRatio = 1032;         // of deflate

struct Header {
  std::int64_t rows = 0, columns = 0;
  std::int64_t bits = 1;  // at least, of a pixel
};

class Chunks {
 public:
  explicit Chunks(const PictureBytes& file) : file_(file) {}

  // All of them, up to the last byte of the file. Throws DataError.
  void check() {
    for (bool ended = false; !ended;) ended = check_next();
    if (at_ < file_.bytes.size())
      file_.refuse(at_, "more data", "the end of the file, behind the chunk IEND");
    // Before libpng asks for memory.
    if (header_.rows * header_.columns * header_.bits / 8 > kLargestRatio * image_bytes_)
      file_.refuse(kSignature, fmt::format("{} bytes of image data", image_bytes_),
                   fmt::format("enough for {} rows and {} columns", header_.rows, header_.columns));
  }

 private:
  std::uint32_t word(std::size_t at) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | file_.bytes[at + i];
    return value;
  }

  // Whether it is the last.
  bool check_next() {
    const std::size_t left = file_.bytes.size() - at_;
    if (left < kAround) file_.refuse(file_.bytes.size(), "the end of the file", "more chunks, up to IEND");
    const std::size_t length = word(at_), first = at_ + 8;
    if (length > left - kAround)
      file_.refuse(file_.bytes.size(), "the end of the file",
                   fmt::format("{} bytes of a chunk from byte {} on", length, first));
    const std::string name(reinterpret_cast<const char*>(&file_.bytes[at_ + 4]), 4);
    const uLong sum = crc32_z(0, &file_.bytes[at_ + 4], length + 4);
    if (sum != word(first + length))
      file_.refuse(first + length, "a checksum of other bytes",
                   fmt::format("0x{:08x}, that of the chunk from byte {} on", sum, at_));
    if (at_ == kSignature) read_header(name, length, first);
    if (name == "IDAT") image_bytes_ += static_cast<std::int64_t>(length);
    at_ += length + kAround;
    return name == "IEND";
  }

  void read_header(const std::string& name, std::size_t length, std::size_t first) {
    if (name != "IHDR" || length != 13) file_.refuse(first - 4, "another chunk", "IHDR of 13 bytes");
    header_ = {word(first + 4), word(first), file_.bytes[first + 8]};
    file_.require_size(first, header_.rows, header_.columns);
  }

  const PictureBytes& file_;
  std::size_t at_ = kSignature;
  Header header_;
  std::int64_t image_bytes_ = 0;
};

}  // namespace

GrayPicture read_png(const PictureBytes& file) {
  Chunks(file).check();
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const auto refuse = [&] {
    const std::string found = image.message;
    png_image_free(&image);
    file.refuse(kSignature, fmt::format("damaged image data ({})", found), "data as PNG has them");
  };
  if (png_image_begin_read_from_memory(&image, file.bytes.data(), file.bytes.size()) == 0) refuse();
  image.format = PNG_FORMAT_GRAY;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  std::vector<std::uint8_t> bytes(PNG_IMAGE_SIZE(image));
  const png_color white = {255, 255, 255};
  if (png_image_finish_read(&image, &white, bytes.data(), 0, nullptr) == 0) refuse();
  GrayPicture picture{image.height, image.width, {}, file.path};
  picture.shades.reserve(bytes.size());
  for (const std::uint8_t byte : bytes) picture.shades.push_back(static_cast<float>(byte) / 255.0F);
  return picture;
}

}  // namespace gradtable::detail
