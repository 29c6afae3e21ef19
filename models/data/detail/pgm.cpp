// PGM as Netpbm defines it: "P2" or "P5", width, height, the largest value, then the values of the pixels, as
// text or as bytes; values above 255 are two bytes, the larger one first.
#include <algorithm>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/data/detail/picture_bytes.hpp"

namespace gradtable::detail {
namespace {

constexpr std::int64_t kLargestValue = 65535;
constexpr std::int64_t kLongestSide = kMostPicturePixels;

bool is_space(std::uint8_t byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

bool is_digit(std::uint8_t byte) {
  return byte >= '0' && byte <= '9';
}

class PgmReader {
 public:
  explicit PgmReader(const PictureBytes& file) : file_(file) {}

  GrayPicture read() {
    const bool plain = file_.bytes[1] == '2';
    const std::size_t size_at = at_;
    const std::int64_t columns = number("a width", 1, kLongestSide);
    const std::int64_t rows = number("a height", 1, kLongestSide);
    file_.require_size(size_at, rows, columns);
    largest_ = number("a largest value", 1, kLargestValue);
    GrayPicture picture{rows, columns, {}, file_.path};
    const auto count = static_cast<std::size_t>(rows * columns);
    if (plain)
      read_text(picture, count);
    else
      read_bytes(picture, count);
    return picture;
  }

 private:
  std::size_t left() const { return file_.bytes.size() - at_; }

  // Comments, too: from # to the end of the line.
  void skip_space() {
    bool comment = false;
    for (; at_ < file_.bytes.size(); ++at_) {
      const std::uint8_t byte = file_.bytes[at_];
      if (byte == '#') comment = true;
      if (comment && (byte == '\n' || byte == '\r')) comment = false;
      if (!comment && !is_space(byte)) return;
    }
  }

  std::string found() const {
    return at_ < file_.bytes.size() ? in_quotes(std::string(1, static_cast<char>(file_.bytes[at_])))
                                    : "the end of the file";
  }

  // Behind space or, at the first one, the P2 or P5.
  std::int64_t number(std::string_view what, std::int64_t least, std::int64_t most) {
    const auto expected = [&] { return fmt::format("{} from {} to {}", what, least, most); };
    const std::size_t before = at_;
    skip_space();
    if (at_ == before || at_ == file_.bytes.size() || !is_digit(file_.bytes[at_]))
      file_.refuse(at_, found(), expected());
    const std::size_t first = at_;
    std::int64_t value = 0;
    for (; at_ < file_.bytes.size() && is_digit(file_.bytes[at_]); ++at_)
      value = std::min(most + 1, value * 10 + (file_.bytes[at_] - '0'));
    if (value < least || value > most)
      file_.refuse(first, value > most ? fmt::format("more than {}", most) : fmt::format("{}", value),
                   expected());
    return value;
  }

  void require_left(std::size_t wanted) const {
    if (left() < wanted)
      file_.refuse(file_.bytes.size(), "the end of the file",
                   fmt::format("{} bytes of pixels from byte {} on", wanted, at_));
  }

  float shade(std::int64_t value) const { return static_cast<float>(value) / static_cast<float>(largest_); }

  void read_text(GrayPicture& picture, std::size_t count) {
    require_left(2 * count);  // a space and a digit each
    picture.shades.reserve(count);
    for (std::size_t i = 0; i < count; ++i) picture.shades.push_back(shade(number("a pixel", 0, largest_)));
    skip_space();
    if (left() > 0) file_.refuse(at_, found(), "the end of the file, behind all pixels");
  }

  void read_bytes(GrayPicture& picture, std::size_t count) {
    if (left() == 0 || !is_space(file_.bytes[at_]))
      file_.refuse(at_, found(), "one space, behind the largest value");
    ++at_;
    const std::size_t size = largest_ > 255 ? 2 : 1;
    require_left(count * size);
    if (left() > count * size)
      file_.refuse(at_ + count * size, "more data", "the end of the file, by its width and height");
    picture.shades.reserve(count);
    for (; at_ < file_.bytes.size(); at_ += size) {
      const std::int64_t value = size == 1 ? file_.bytes[at_] : file_.bytes[at_] << 8 | file_.bytes[at_ + 1];
      if (value > largest_)
        file_.refuse(at_, fmt::format("the value {}", value), fmt::format("at most {}", largest_));
      picture.shades.push_back(shade(value));
    }
  }

  const PictureBytes& file_;
  std::size_t at_ = 2;
  std::int64_t largest_ = 0;
};

}  // namespace

GrayPicture read_pgm(const PictureBytes& file) {
  return PgmReader(file).read();
}

}  // namespace gradtable::detail
