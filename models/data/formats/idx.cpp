#include "gradtable/models/data/formats/idx.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include <fmt/ranges.h>

#include "gradtable/core/checked.hpp"

namespace gradtable {
namespace detail {

struct IdxElement {
  std::uint32_t code;
  std::int64_t size;
  std::string_view name;
  bool is_integer;
  double (*value)(const std::uint8_t* bytes);
};

}  // namespace detail

namespace {

using detail::IdxElement;
using detail::IdxHeader;

constexpr std::uint32_t kImagesRank = 3;
constexpr std::uint32_t kLabelsRank = 1;
constexpr std::uint32_t kTableRank = 2;
constexpr std::uint32_t kBytes = 0x08;
constexpr std::size_t kFirstStep = 1 << 16;
constexpr std::int64_t kMostClasses = 256;  // labels are kept as bytes

template <class T, class Bits>
double big_endian(const std::uint8_t* bytes) {
  Bits bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) bits = static_cast<Bits>(bits << 8 | bytes[i]);
  return static_cast<double>(std::bit_cast<T>(bits));
}

double unsigned_byte(const std::uint8_t* bytes) {
  return bytes[0];
}

double signed_byte(const std::uint8_t* bytes) {
  return std::bit_cast<std::int8_t>(bytes[0]);
}

constexpr std::array<IdxElement, 6> kElements = {{
    {kBytes, 1, "uint8", true, unsigned_byte},
    {0x09, 1, "int8", true, signed_byte},
    {0x0b, 2, "int16", true, big_endian<std::int16_t, std::uint16_t>},
    {0x0c, 4, "int32", true, big_endian<std::int32_t, std::uint32_t>},
    {0x0d, 4, "float32", false, big_endian<float, std::uint32_t>},
    {0x0e, 8, "float64", false, big_endian<double, std::uint64_t>},
}};

const IdxElement* element_of(std::uint32_t magic) {
  const auto found = std::ranges::find(kElements, magic >> 8, &IdxElement::code);
  return found == kElements.end() ? nullptr : &*found;
}

std::uint32_t rank_of(std::uint32_t magic) {
  return magic & 0xff;
}

enum class Kind : std::uint8_t { images, labels };

std::string_view name_of(Kind kind) {
  return kind == Kind::images ? "images" : "labels";
}

bool is_of(Kind kind, std::uint32_t magic) {
  if (!element_of(magic)) return false;
  const std::uint32_t rank = rank_of(magic);
  return kind == Kind::images ? rank == kImagesRank : rank == kLabelsRank || rank == kTableRank;
}

std::uint32_t read_word(ByteSource& source) {
  std::array<std::uint8_t, 4> bytes{};
  const std::int64_t at = source.position();
  if (source.read(bytes) < bytes.size())
    source.refuse(source.position(), "the end of the data", fmt::format("the 4 header bytes from {}", at));
  std::uint32_t word = 0;
  for (const std::uint8_t byte : bytes) word = word << 8 | byte;
  return word;
}

// What a file with this magic number is, if not what was expected.
std::string describe_magic(std::uint32_t magic) {
  const std::uint32_t swapped = __builtin_bswap32(magic);
  for (const auto& [kind, rank] :
       {std::pair(Kind::images, kImagesRank), std::pair(Kind::labels, kLabelsRank)})
    if (is_of(kind, magic) && rank_of(magic) == rank)
      return fmt::format("an IDX file of {} (magic 0x{:08x})", name_of(kind), magic);
  if (is_of(Kind::images, swapped) || is_of(Kind::labels, swapped))
    return fmt::format("a byte-swapped magic number 0x{:08x}", magic);
  if (magic >> 16 != 0) return fmt::format("not an IDX file (magic 0x{:08x})", magic);
  if (!element_of(magic)) return fmt::format("IDX element type 0x{:02x} (magic 0x{:08x})", magic >> 8, magic);
  return fmt::format("IDX data of rank {} (magic 0x{:08x})", rank_of(magic), magic);
}

void require_kind(const ByteSource& source, const std::string& path, std::uint32_t magic, Kind kind) {
  if (is_of(kind, magic)) return;
  const std::string found = describe_magic(magic);
  const bool misnamed = path.ends_with(".gz") && !source.is_gzip();
  source.refuse(0, misnamed ? "not a gzip file, and " + found : found,
                fmt::format("an IDX file of {} (magic 0x{:08x})", name_of(kind),
                            kBytes << 8 | (kind == Kind::images ? kImagesRank : kLabelsRank)));
}

std::string describe_extents(const IdxHeader& header) {
  return fmt::format("extents {}", fmt::join(header.extents, " x "));
}

IdxHeader read_header(ByteSource& source, const std::string& path, Kind kind) {
  const std::uint32_t magic = read_word(source);
  require_kind(source, path, magic, kind);
  IdxHeader header{.element = element_of(magic), .extents = std::vector<std::int64_t>(rank_of(magic))};
  const std::int64_t at = source.position();
  for (std::int64_t& extent : header.extents) extent = read_word(source);
  header.start = source.position();
  if (std::ranges::find(header.extents, 0) != header.extents.end())
    source.refuse(at, describe_extents(header), "extents of 1 or more");
  header.count = 1;
  std::optional<std::int64_t> bytes = header.element->size;
  for (const std::int64_t extent : header.extents) {
    if (bytes) bytes = checked_multiply(*bytes, extent);
    if (!bytes) source.refuse(at, describe_extents(header), "a product below 2^63");
    header.count = *bytes / header.element->size;
  }
  header.bytes = *bytes;
  return header;
}

// How many elements can arrive at most, as far as the file's size tells.
std::int64_t most_elements(const ByteSource& source, const IdxHeader& header) {
  const std::int64_t bound = source.size_bound();
  return bound > 0 ? std::min(header.count, bound / header.element->size) : header.count;
}

void require_limit(const ByteSource& source, const IdxHeader& header, const IdxOptions& options,
                   std::int64_t elements, std::int64_t each) {
  if (elements > options.memory_limit / each)
    source.refuse(4,
                  fmt::format("{}, {} bytes in memory", describe_extents(header),
                              static_cast<double>(elements) * static_cast<double>(each)),
                  fmt::format("at most {} bytes, {}", options.memory_limit, options.memory_limit_name));
}

// The room to reserve for what is to be kept of each of `count` elements, none where the file's size is not
// known: `each` bytes.
std::size_t require_room(const ByteSource& source, const IdxHeader& header, const IdxOptions& options,
                         std::int64_t each, std::int64_t elements_of_one = 1) {
  const std::int64_t most = most_elements(source, header) / elements_of_one;
  require_limit(source, header, options, most, each);
  return source.size_bound() > 0 ? static_cast<std::size_t>(most) : 0;
}

void read_whole(ByteSource& source, const IdxHeader& header, std::span<std::uint8_t> bytes) {
  if (source.read(bytes) < bytes.size())
    source.refuse(source.position(), "the end of the data",
                  fmt::format("{} bytes from byte {} on, by the header", header.bytes, header.start));
}

// Of one byte each. What is reserved is touched only as data arrive.
std::vector<std::uint8_t> read_bytes(ByteSource& source, const IdxHeader& header, std::size_t room) {
  const auto wanted = static_cast<std::size_t>(header.count);
  std::vector<std::uint8_t> elements;
  elements.reserve(room);
  while (elements.size() < wanted) {
    const std::size_t done = elements.size();
    elements.resize(done + std::min(wanted - done, std::max(done, kFirstStep)));
    read_whole(source, header, std::span(elements).subspan(done));
  }
  source.finish();
  return elements;
}

std::int64_t byte_of(const IdxHeader& header, std::int64_t element) {
  return header.start + element * header.element->size;
}

// take(value, place) of each element in turn.
template <class Take>
void for_each_element(ByteSource& source, const IdxHeader& header, const Take& take) {
  const auto size = static_cast<std::size_t>(header.element->size);
  std::vector<std::uint8_t> chunk(kFirstStep);
  for (std::int64_t done = 0; done < header.count;) {
    const std::int64_t count =
        std::min(header.count - done, static_cast<std::int64_t>(kFirstStep) / header.element->size);
    const auto bytes = std::span(chunk).first(static_cast<std::size_t>(count) * size);
    read_whole(source, header, bytes);
    for (std::int64_t i = 0; i < count; ++i)
      take(header.element->value(bytes.data() + static_cast<std::size_t>(i) * size), done + i);
    done += count;
  }
  source.finish();
}

float as_number(std::uint8_t byte) {
  return static_cast<float>(byte) / 255.0F;
}

// Numbers from 0 to 1 that are bytes as long as all of them are k / 255.
class Pixels {
 public:
  explicit Pixels(std::size_t room) : room_(room) { bytes_.reserve(room); }

  void add(float number) {
    const float byte = std::nearbyint(number * 255);
    if (numbers_.empty() && byte >= 0 && byte <= 255 && as_number(static_cast<std::uint8_t>(byte)) == number)
      return bytes_.push_back(static_cast<std::uint8_t>(byte));
    if (numbers_.empty()) become_numbers();
    numbers_.push_back(number);
  }

  std::vector<std::uint8_t> take_bytes() { return std::move(bytes_); }
  std::vector<float> take_numbers() { return std::move(numbers_); }

 private:
  void become_numbers() {
    numbers_.reserve(std::max(room_, bytes_.size() + 1));
    for (const std::uint8_t byte : bytes_) numbers_.push_back(as_number(byte));
    bytes_ = {};
  }

  std::size_t room_;
  std::vector<std::uint8_t> bytes_;
  std::vector<float> numbers_;
};

void read_numbers(ByteSource& source, const IdxHeader& header, const IdxOptions& options, IdxImages& images) {
  const IdxElement& element = *header.element;
  Pixels pixels(require_room(source, header, options, sizeof(float)));
  for_each_element(source, header, [&](double value, std::int64_t i) {
    const double number = element.is_integer ? value / 255 : value;
    if (!std::isfinite(value))
      source.refuse(byte_of(header, i), fmt::format("pixel {}", value), "a finite number");
    if (std::abs(number) > options.largest_pixel)
      source.refuse(
          byte_of(header, i), fmt::format("{} pixel {}", element.name, value),
          fmt::format("at most {}, as pixels {}{}{}", options.largest_pixel * (element.is_integer ? 255 : 1),
                      element.is_integer ? "of integers are divided by 255"
                                         : "of floating-point numbers are taken as they are",
                      options.larger_pixels_advice.empty() ? "" : "; ", options.larger_pixels_advice));
    if (std::abs(number) > std::numeric_limits<float>::max())
      source.refuse(byte_of(header, i), fmt::format("{} pixel {}", element.name, value),
                    "a number that float32 has");
    pixels.add(static_cast<float>(number));
  });
  images.pixels = pixels.take_bytes();
  images.numbers = pixels.take_numbers();
}

template <class T>
void transpose(std::vector<T>& pixels, std::int64_t rows, std::int64_t columns) {
  const std::int64_t size = rows * columns;
  std::vector<T> image(static_cast<std::size_t>(pixels.empty() ? 0 : size));
  for (auto at = pixels.begin(); at != pixels.end(); at += size) {
    std::copy_n(at, size, image.begin());
    for (std::int64_t y = 0; y < rows; ++y)
      for (std::int64_t x = 0; x < columns; ++x)
        at[x * rows + y] = image[static_cast<std::size_t>(y * columns + x)];
  }
}

// Whether all rows of a table are a 1 and else 0.
class OneHot {
 public:
  explicit OneHot(std::int64_t width) : width_(width), holds_(width > 1) {}

  void add(double value, std::int64_t i) {
    if (i % width_ == 0) sum_ = 0;
    sum_ += value;
    if ((value != 0 && value != 1) || (i % width_ == width_ - 1 && sum_ != 1)) holds_ = false;
  }
  bool holds() const { return holds_; }

 private:
  std::int64_t width_;
  double sum_ = 0;
  bool holds_;
};

std::string describe_labels(const IdxOptions& options) {
  const std::int64_t first = options.labels_begin_at;
  return fmt::format("a label from {} to {}, as {} is {}", first, first + kMostClasses - 1,
                     options.labels_begin_at_name, first);
}

}  // namespace

IdxImageFile::IdxImageFile(const std::string& path)
    : source_(path), header_(read_header(source_, path, Kind::images)) {}

IdxImages IdxImageFile::read(const IdxOptions& options) {
  IdxImages images{count(), rows(), columns(), {}};
  if (header_.element->code == kBytes)
    images.pixels = read_bytes(source_, header_, require_room(source_, header_, options, 1));
  else
    read_numbers(source_, header_, options, images);
  if (!options.transpose) return images;
  transpose(images.pixels, images.rows, images.columns);
  transpose(images.numbers, images.rows, images.columns);
  std::swap(images.rows, images.columns);
  return images;
}

IdxImages IdxImageFile::blank(const IdxOptions& options) const {
  IdxImages images{count(), rows(), columns(), {}};
  const auto size = static_cast<std::size_t>(header_.count);
  if (header_.element->is_integer) {
    require_limit(source_, header_, options, header_.count, 1);
    images.pixels.resize(size);
  } else {
    require_limit(source_, header_, options, header_.count, sizeof(float));
    images.numbers.resize(size);
  }
  if (options.transpose) std::swap(images.rows, images.columns);
  return images;
}

IdxImages read_idx_images(const std::string& path, const IdxOptions& options) {
  return IdxImageFile(path).read(options);
}

IdxLabelFile::IdxLabelFile(const std::string& path)
    : source_(path), header_(read_header(source_, path, Kind::labels)) {}

IdxLabels IdxLabelFile::read(const IdxOptions& options) {
  const IdxHeader& header = header_;
  const std::int64_t width = header.count / header.extents[0];
  IdxLabels labels{{}, header.start, width * header.element->size};
  labels.classes.reserve(require_room(source_, header, options, 1, width));
  OneHot one_hot(width);
  for_each_element(source_, header, [&](double value, std::int64_t i) {
    one_hot.add(value, i);
    if (i % width != 0) return;
    const double label = value - static_cast<double>(options.labels_begin_at);
    const auto refuse = [&](const std::string& expected) {
      source_.refuse(byte_of(header, i), fmt::format("label {} at index {}", value, i / width), expected);
    };
    if (std::nearbyint(value) != value) refuse("a whole number");
    if (!(label >= 0 && label < kMostClasses)) refuse(describe_labels(options));
    labels.classes.push_back(static_cast<std::uint8_t>(label));
  });
  if (one_hot.holds())
    source_.refuse(header.start, fmt::format("{} one-hot rows", header.extents[0]),
                   "labels, one in the first column of each row");
  return labels;
}

IdxLabels read_idx_labels(const std::string& path, const IdxOptions& options) {
  return IdxLabelFile(path).read(options);
}

}  // namespace gradtable
