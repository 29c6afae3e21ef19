#include "gradtable/models/data/idx.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <string_view>

#include <fmt/ranges.h>

#include "gradtable/core/checked.hpp"
#include "gradtable/models/data/byte_source.hpp"

namespace gradtable {
namespace {

constexpr std::uint32_t kImagesMagic = 0x00000803;
constexpr std::uint32_t kLabelsMagic = 0x00000801;
constexpr std::int64_t kFirstStep = 1 << 16;

std::uint32_t read_word(ByteSource& source) {
  std::array<std::uint8_t, 4> bytes{};
  const std::int64_t at = source.position();
  if (source.read(bytes) < bytes.size())
    source.refuse(source.position(), "the end of the data", fmt::format("the 4 header bytes from {}", at));
  std::uint32_t word = 0;
  for (const std::uint8_t byte : bytes) word = word << 8 | byte;
  return word;
}

std::string_view name_of_kind(std::uint32_t magic) {
  return magic == kImagesMagic ? "images" : "labels";
}

// What a file with this magic number is, if not what was expected.
std::string describe_magic(std::uint32_t magic) {
  const std::uint32_t type = magic >> 8 & 0xff;
  const std::uint32_t rank = magic & 0xff;
  const std::uint32_t swapped = __builtin_bswap32(magic);
  if (magic == kImagesMagic || magic == kLabelsMagic)
    return fmt::format("an IDX file of {} (magic 0x{:08x})", name_of_kind(magic), magic);
  if (swapped == kImagesMagic || swapped == kLabelsMagic)
    return fmt::format("a byte-swapped magic number 0x{:08x}", magic);
  if (magic >> 16 != 0) return fmt::format("not an IDX file (magic 0x{:08x})", magic);
  if (type != 0x08) return fmt::format("IDX element type 0x{:02x} (magic 0x{:08x})", type, magic);
  return fmt::format("IDX data of rank {} (magic 0x{:08x})", rank, magic);
}

void require_magic(ByteSource& source, const std::string& path, std::uint32_t expected) {
  const std::uint32_t magic = read_word(source);
  if (magic == expected) return;
  const std::string found = describe_magic(magic);
  const bool misnamed = path.ends_with(".gz") && !source.is_gzip();
  source.refuse(0, misnamed ? "not a gzip file, and " + found : found,
                fmt::format("an IDX file of {} (magic 0x{:08x})", name_of_kind(expected), expected));
}

// Fills the extents and returns their product.
std::int64_t read_extents(ByteSource& source, std::span<std::int64_t> extents) {
  const std::int64_t at = source.position();
  for (std::int64_t& extent : extents) extent = read_word(source);
  const std::string found = fmt::format("extents {}", fmt::join(extents, " x "));
  if (std::ranges::find(extents, 0) != extents.end()) source.refuse(at, found, "extents of 1 or more");
  std::int64_t product = 1;
  for (const std::int64_t extent : extents) {
    const auto next = checked_multiply(product, extent);
    if (!next) source.refuse(at, found, "a product below 2^63");
    product = *next;
  }
  return product;
}

std::vector<std::uint8_t> read_elements(ByteSource& source, std::int64_t count) {
  const std::int64_t start = source.position();
  const auto wanted = static_cast<std::size_t>(count);
  const auto first_step = static_cast<std::size_t>(std::max(source.size_hint(), kFirstStep));
  std::vector<std::uint8_t> elements;
  while (elements.size() < wanted) {
    const std::size_t done = elements.size();
    elements.resize(done + std::min(wanted - done, std::max(done, first_step)));
    const auto step = std::span(elements).subspan(done);
    if (source.read(step) < step.size())
      source.refuse(source.position(), "the end of the data",
                    fmt::format("{} bytes from byte {} on, by the header", count, start));
  }
  source.finish();
  return elements;
}

}  // namespace

IdxImages read_idx_images(const std::string& path) {
  ByteSource source(path);
  require_magic(source, path, kImagesMagic);
  std::array<std::int64_t, 3> extents{};
  const std::int64_t size = read_extents(source, extents);
  return {extents[0], extents[1], extents[2], read_elements(source, size)};
}

std::vector<std::uint8_t> read_idx_labels(const std::string& path) {
  ByteSource source(path);
  require_magic(source, path, kLabelsMagic);
  std::array<std::int64_t, 1> extents{};
  return read_elements(source, read_extents(source, extents));
}

}  // namespace gradtable
