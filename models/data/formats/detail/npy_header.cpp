// A magic number, a version, a length, and a dictionary as Python writes it:
// {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
#include "gradtable/models/data/formats/detail/npy_header.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gradtable/core/checked.hpp"
#include "gradtable/core/text.hpp"

namespace gradtable::detail {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostHeaderBytes = 65535;  // of version 1; longer ones describe structured types
constexpr std::string_view kTypes = "bool, int8 to int64, uint8 to uint64, or float16 to float64";

struct Element {
  std::string_view code;
  NpyType type;
  std::int64_t bytes;
};

constexpr std::array<Element, 12> kElements = {{
    {"b1", NpyType::boolean, 1},
    {"i1", NpyType::int8, 1},
    {"i2", NpyType::int16, 2},
    {"i4", NpyType::int32, 4},
    {"i8", NpyType::int64, 8},
    {"u1", NpyType::uint8, 1},
    {"u2", NpyType::uint16, 2},
    {"u4", NpyType::uint32, 4},
    {"u8", NpyType::uint64, 8},
    {"f2", NpyType::float16, 2},
    {"f4", NpyType::float32, 4},
    {"f8", NpyType::float64, 8},
}};

std::string read_text(ByteReader& content, std::size_t count, std::string_view what) {
  std::string text(count, '\0');
  const std::int64_t at = content.position();
  const std::size_t got = content.read({reinterpret_cast<std::uint8_t*>(text.data()), count});
  if (got < count)
    content.refuse(content.position(), "the end of the data",
                   fmt::format("{} bytes of {} from byte {} on", count, what, at));
  return text;
}

void read_magic(ByteReader& content) {
  const std::string magic = read_text(content, kMagic.size(), "the magic number");
  if (magic != kMagic)
    content.refuse(0, "not an NPY file (it begins with " + in_quotes(magic) + ")",
                   "an NPY file, as numpy.save writes it");
}

std::size_t read_length(ByteReader& content) {
  const std::int64_t at = content.position();
  const std::string version = read_text(content, 2, "the version");
  const int major = static_cast<std::uint8_t>(version[0]), minor = static_cast<std::uint8_t>(version[1]);
  if (major < 1 || major > 3 || minor != 0)
    content.refuse(at, fmt::format("version {}.{} of the format", major, minor), "version 1.0, 2.0 or 3.0");
  const std::string digits = read_text(content, major == 1 ? 2 : 4, "the length of the header");
  std::size_t length = 0;
  for (std::size_t i = digits.size(); i-- > 0;) length = length << 8 | static_cast<std::uint8_t>(digits[i]);
  if (length > kMostHeaderBytes)
    content.refuse(at + 2, fmt::format("a header of {} bytes", length),
                   fmt::format("at most {}", kMostHeaderBytes));
  return length;
}

std::string_view reason(char kind) {
  switch (kind) {
    case 'O':
      return "pickled objects, which are never executed";
    case 'c':
      return "complex numbers";
    case 'U':
    case 'S':
    case 'a':
      return "text";
    case 'M':
    case 'm':
      return "times";
    case 'V':
      return "records or raw bytes";
    default:
      return "another type";
  }
}

class Dictionary {
 public:
  Dictionary(const ByteReader& content, std::int64_t start, std::string_view text)
      : content_(content), start_(start), text_(text) {}

  NpyHeader read() {
    expect('{', "a dictionary in braces");
    while (!accept('}')) {
      read_entry();
      if (accept(',')) continue;
      expect('}', "a comma or the closing brace");
      break;
    }
    skip_space();
    if (at_ < text_.size()) refuse(at_, found(), "spaces and the end of the header");
    const std::array<std::pair<const char*, bool>, 3> keys = {
        {{"descr", descr_}, {"fortran_order", order_}, {"shape", shape_}}};
    for (const auto& [key, seen] : keys)
      if (!seen) refuse(0, fmt::format("a header without '{}'", key), "descr, fortran_order and shape");
    require_size();
    return header_;
  }

 private:
  [[noreturn]] void refuse(std::size_t at, std::string_view what, std::string_view expected) const {
    content_.refuse(start_ + static_cast<std::int64_t>(at), what, expected);
  }
  std::string found() const {
    return at_ < text_.size() ? in_quotes(text_.substr(at_, 1)) : "the end of the header";
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] >= '\t' && text_[at_] <= '\r'))) ++at_;
  }
  bool accept(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c, std::string_view expected) {
    if (!accept(c)) refuse(at_, found(), expected);
  }
  bool accept(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::string_view quoted() {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') refuse(at_, found(), "text in quotes");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) refuse(at_, "text without a closing quote", "text in quotes");
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return inside;
  }

  void read_entry() {
    skip_space();
    const std::size_t at = at_;
    const std::string_view key = quoted();
    bool* const seen = key == "descr"           ? &descr_
                       : key == "fortran_order" ? &order_
                       : key == "shape"         ? &shape_
                                                : nullptr;
    if (seen == nullptr || *seen)
      refuse(at, fmt::format("the key {}{}", in_quotes(key), seen == nullptr ? "" : " twice"),
             "descr, fortran_order and shape, each once");
    *seen = true;
    expect(':', "a colon");
    skip_space();
    if (seen == &descr_) read_type();
    if (seen == &order_) read_order();
    if (seen == &shape_) read_shape();
  }

  void read_type() {
    const std::size_t at = at_;
    if (accept('[')) refuse(at, "elements of a structured type", kTypes);
    const std::string_view descr = quoted();
    const std::string_view code = descr.substr(std::min<std::size_t>(descr.size(), 1));
    const auto element = std::ranges::find(kElements, code, &Element::code);
    const char order = descr.empty() ? '\0' : descr[0];
    const bool ordered = order == '<' || order == '>' || order == '=';
    if (element == kElements.end() || !(ordered || (order == '|' && element->bytes == 1)))
      refuse(at,
             fmt::format("elements of type {} ({})", in_quotes(descr), reason(code.empty() ? ' ' : code[0])),
             kTypes);
    header_.type = element->type;
    header_.element_bytes = element->bytes;
    header_.big_endian = order == '>';
  }

  void read_order() {
    if (accept("True"))
      header_.fortran_order = true;
    else if (!accept("False"))
      refuse(at_, found(), "True or False");
  }

  void read_shape() {
    shape_at_ = at_;
    expect('(', "a shape in parentheses");
    while (!accept(')')) {
      extents_.push_back(number());
      accept('L');  // Python 2's mark of a long integer
      if (accept(',')) continue;
      expect(')', "a comma or the closing parenthesis");
      if (extents_.size() == 1) refuse(shape_at_, "a number in parentheses", "a tuple: (3,) for one axis");
      break;
    }
  }

  std::int64_t number() {
    skip_space();
    const std::size_t at = at_;
    std::optional<std::int64_t> value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      if (value) value = checked_multiply(*value, 10);
      if (value) value = checked_add(*value, text_[at_] - '0');
    }
    if (at_ == at) refuse(at, found(), "an extent, a whole number from 0");
    if (!value) refuse(at, "an extent of 2^63 or more", "a smaller one");
    return *value;
  }

  void require_size() {
    if (extents_.size() > Shape::kMaxRank)
      refuse(shape_at_, fmt::format("{} axes", extents_.size()), fmt::format("at most {}", Shape::kMaxRank));
    std::optional<std::int64_t> bytes = 8;
    for (const std::int64_t extent : extents_)
      if (bytes) bytes = checked_multiply(*bytes, std::max<std::int64_t>(extent, 1));
    if (!bytes) refuse(shape_at_, "2^60 elements or more", "fewer");
    header_.shape = Shape(extents_);
    header_.shape_at = start_ + static_cast<std::int64_t>(shape_at_);
  }

  const ByteReader& content_;
  std::int64_t start_;
  std::string_view text_;
  std::size_t at_ = 0, shape_at_ = 0;
  bool descr_ = false, order_ = false, shape_ = false;
  std::vector<std::int64_t> extents_;
  NpyHeader header_;
};

}  // namespace

NpyHeader read_npy_header(ByteReader& content) {
  read_magic(content);
  const std::size_t length = read_length(content);
  const std::int64_t start = content.position();
  const std::string text = read_text(content, length, "the header");
  return Dictionary(content, start, text).read();
}

}  // namespace gradtable::detail
