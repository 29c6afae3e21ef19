#include "gradtable/models/data/formats/detail/zip.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <set>

#include <fmt/format.h>
#include <sys/stat.h>
#include <zlib.h>

#include "gradtable/core/checked.hpp"
#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/io/names_near.hpp"

namespace gradtable::detail {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50, kEntrySignature = 0x02014b50,
                        kEndSignature = 0x06054b50, kWideEndSignature = 0x06064b50,
                        kLocatorSignature = 0x07064b50;
constexpr std::int64_t kLocalBytes = 30, kEntryBytes = 46, kEndBytes = 22, kWideEndBytes = 56,
                       kLocatorBytes = 20;
constexpr std::int64_t kMostComment = 65535;
constexpr std::int64_t kNarrow = 0xffffffff;  // the size stands in the wide fields
constexpr std::int64_t kStored = 0, kDeflated = 8;
constexpr std::int64_t kDeflateRatio = 1032;
constexpr std::size_t kZipBuffer = 1 << 16;

// Little-endian, of 2, 4 or 8 bytes.
std::uint64_t number_at(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

std::int64_t word_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::int64_t>(number_at(bytes, at, 4));
}

std::int64_t short_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::int64_t>(number_at(bytes, at, 2));
}

// The wide sizes among the extra fields of an entry (zip64): nothing where there are none.
std::span<const std::uint8_t> wide_field(std::span<const std::uint8_t> extra) {
  constexpr std::uint64_t kWideId = 1;
  while (extra.size() >= 4) {
    const auto length = std::min<std::size_t>(static_cast<std::size_t>(short_at(extra, 2)), extra.size() - 4);
    if (number_at(extra, 0, 2) == kWideId) return extra.subspan(4, length);
    extra = extra.subspan(4 + length);
  }
  return {};
}

}  // namespace

// Stored or deflated bytes of an entry.
class ZipContent final : public ByteReader {
 public:
  ZipContent(const ZipArchive& archive, const ZipEntry& entry, std::int64_t at)
      : archive_(archive), entry_(entry), next_(at), packed_left_(entry.packed_bytes), buffer_(kZipBuffer) {
    if (entry.method == kDeflated && inflateInit2(&stream_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~ZipContent() override {
    if (entry_.method == kDeflated) inflateEnd(&stream_);
  }
  ZipContent(const ZipContent&) = delete;
  ZipContent& operator=(const ZipContent&) = delete;

  std::size_t read(std::span<std::uint8_t> bytes) override {
    const auto wanted =
        std::min(bytes.size(), static_cast<std::size_t>(entry_.bytes - position_));  // no more than it says
    std::size_t done = 0;
    while (done < wanted) {
      const std::size_t count = read_some(bytes.subspan(done, wanted - done));
      if (count == 0)
        refuse(position_ + static_cast<std::int64_t>(done), "the end of the packed data",
               fmt::format("{} bytes, by the directory of the archive", entry_.bytes));
      done += count;
    }
    sum_ = crc32_z(sum_, bytes.data(), done);
    position_ += static_cast<std::int64_t>(done);
    return done;
  }

  void finish() override {
    if (position_ < entry_.bytes)
      refuse(position_, "more data", "the end of the array, by the shape in its header");
    std::uint8_t more = 0;
    if (entry_.method == kDeflated &&
        (read_some({&more, 1}) > 0 || !ended_ || packed_left_ > 0 || !unread_.empty()))
      refuse(position_, "more packed data",
             fmt::format("{} bytes, by the directory of the archive", entry_.bytes));
    if (sum_ != entry_.checksum)
      refuse(0, fmt::format("content with the checksum 0x{:08x}", sum_),
             fmt::format("0x{:08x}, by the directory of the archive", entry_.checksum));
  }

  std::int64_t position() const override { return position_; }
  std::int64_t size_bound() const override { return entry_.bytes; }

 private:
  std::string name() const override { return fmt::format("{}, {}", archive_.path(), in_quotes(entry_.name)); }

  // At least one byte, unless the data end.
  std::size_t read_some(std::span<std::uint8_t> bytes) {
    if (entry_.method == kDeflated) return inflate_some(bytes);
    if (!refill()) return 0;
    const std::size_t count = std::min(bytes.size(), unread_.size());
    std::memcpy(bytes.data(), unread_.data(), count);
    unread_ = unread_.subspan(count);
    return count;
  }

  bool refill() {
    if (!unread_.empty()) return true;
    const auto count = static_cast<std::size_t>(
        std::min<std::int64_t>(packed_left_, static_cast<std::int64_t>(buffer_.size())));
    if (count == 0) return false;
    unread_ = std::span(buffer_).first(count);
    archive_.read_at(next_, unread_, "the entry");
    next_ += static_cast<std::int64_t>(count);
    packed_left_ -= static_cast<std::int64_t>(count);
    return true;
  }

  std::size_t inflate_some(std::span<std::uint8_t> bytes) {
    const auto wanted = static_cast<uInt>(std::min<std::size_t>(bytes.size(), 1U << 30));
    stream_.next_out = bytes.data();
    stream_.avail_out = wanted;
    while (stream_.avail_out == wanted && !ended_ && refill()) inflate_once();
    return wanted - stream_.avail_out;
  }

  void inflate_once() {
    stream_.next_in = unread_.data();
    stream_.avail_in = static_cast<uInt>(unread_.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    unread_ = unread_.last(stream_.avail_in);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END)
      refuse(position_, fmt::format("damaged data ({})", stream_.msg ? stream_.msg : "inflate fails"),
             "data as deflate packs them");
    ended_ = status == Z_STREAM_END;
  }

  const ZipArchive& archive_;
  const ZipEntry& entry_;
  std::int64_t next_;  // of the packed bytes in the archive
  std::int64_t packed_left_;
  std::vector<std::uint8_t> buffer_;
  std::span<std::uint8_t> unread_;
  std::int64_t position_ = 0;
  uLong sum_ = 0;
  bool ended_ = false;
  z_stream stream_{};
};

ZipArchive::ZipArchive(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "rb")) {
  const auto refuse_file = [&](int error) {
    throw DataError(fmt::format("{}: {}; expected a readable file{}", path_, std::strerror(error),
                                error == ENOENT ? names_near(path) : ""));
  };
  if (!file_) refuse_file(errno);
  struct stat status {};
  if (fstat(fileno(file_.get()), &status) != 0) refuse_file(errno);
  if (S_ISDIR(status.st_mode)) refuse_file(EISDIR);
  if (!S_ISREG(status.st_mode))
    throw DataError(path_ + ": not a regular file; expected one, as an archive is read from its end");
  size_ = status.st_size;
  read_directory(read_end());
}

void ZipArchive::refuse(std::int64_t at, std::string_view found, std::string_view expected) const {
  throw DataError(fmt::format("{}@byte {}: {}; expected {}", path_, at, found, expected));
}

void ZipArchive::read_at(std::int64_t at, std::span<std::uint8_t> bytes, std::string_view what) const {
  const auto count = static_cast<std::int64_t>(bytes.size());
  if (at < 0 || at > size_ || count > size_ - at)
    refuse(size_, "the end of the file", fmt::format("{} bytes of {} from byte {} on", count, what, at));
  if (fseeko(file_.get(), at, SEEK_SET) != 0 ||
      std::fread(bytes.data(), 1, bytes.size(), file_.get()) < bytes.size())
    throw DataError(
        fmt::format("{}: {}; expected a readable file", path_,
                    std::ferror(file_.get()) != 0 ? std::strerror(errno) : "it has become shorter"));
}

// The record at the end of the file, behind which a comment may stand.
std::int64_t ZipArchive::find_end() const {
  const std::string_view expected = "a ZIP archive, as numpy.savez writes it";
  std::array<std::uint8_t, 4> first{};
  if (size_ < kEndBytes) refuse(0, fmt::format("a file of {} bytes", size_), expected);
  read_at(0, first, "the first entry");
  if (word_at(first, 0) != kLocalSignature && word_at(first, 0) != kEndSignature)
    refuse(0, "not a ZIP archive", expected);
  std::vector<std::uint8_t> tail(static_cast<std::size_t>(std::min(size_, kEndBytes + kMostComment)));
  const std::int64_t tail_at = size_ - std::ssize(tail);
  read_at(tail_at, tail, "the end");
  for (std::size_t at = tail.size() - kEndBytes + 1; at-- > 0;)
    if (word_at(tail, at) == kEndSignature &&
        short_at(tail, at + 20) == std::ssize(tail) - static_cast<std::int64_t>(at) - kEndBytes)
      return tail_at + static_cast<std::int64_t>(at);
  refuse(size_, "a ZIP archive without its end", "the record that ends the directory: the file is cut off");
}

ZipArchive::Directory ZipArchive::read_end() const {
  const std::int64_t end = find_end();
  std::array<std::uint8_t, kEndBytes> record{};
  read_at(end, record, "the end");
  if (short_at(record, 4) != short_at(record, 6) || short_at(record, 8) != short_at(record, 10))
    refuse(end, "a part of an archive in several files", "a whole archive");
  Directory directory{word_at(record, 16), word_at(record, 12), short_at(record, 10)};
  if (directory.at == kNarrow || directory.bytes == kNarrow || directory.entries == 0xffff)
    directory = read_wide_end(end, directory);
  if (directory.at < 0 || directory.bytes < 0 || directory.at > end || directory.bytes > end - directory.at)
    refuse(end, fmt::format("a directory of {} bytes from byte {} on", directory.bytes, directory.at),
           "one before the end of the file");
  return directory;
}

// The record of zip64, if there is one.
ZipArchive::Directory ZipArchive::read_wide_end(std::int64_t end, const Directory& narrow) const {
  std::array<std::uint8_t, kLocatorBytes> locator{};
  if (end < kLocatorBytes) return narrow;
  read_at(end - kLocatorBytes, locator, "the locator of the end");
  if (word_at(locator, 0) != kLocatorSignature) return narrow;
  std::array<std::uint8_t, kWideEndBytes> record{};
  const auto at = static_cast<std::int64_t>(number_at(locator, 8, 8));
  read_at(at, record, "the wide end");
  if (word_at(record, 0) != kWideEndSignature)
    refuse(at, "another record", "the end of the directory, as zip64 has it");
  return {static_cast<std::int64_t>(number_at(record, 48, 8)),
          static_cast<std::int64_t>(number_at(record, 40, 8)),
          static_cast<std::int64_t>(number_at(record, 32, 8))};
}

// The entry that the rest of the directory begins with; takes it away.
ZipEntry ZipArchive::take_entry(std::span<const std::uint8_t>& left, std::int64_t at) const {
  if (std::ssize(left) < kEntryBytes || word_at(left, 0) != kEntrySignature)
    refuse(at, "another record", "an entry of the directory");
  const auto name = static_cast<std::size_t>(short_at(left, 28)),
             extra = static_cast<std::size_t>(short_at(left, 30)),
             comment = static_cast<std::size_t>(short_at(left, 32));
  const std::size_t length = kEntryBytes + name + extra + comment;
  if (left.size() < length) refuse(at, "the end of the directory", "the rest of an entry");
  ZipEntry entry{.name = {reinterpret_cast<const char*>(left.data()) + kEntryBytes, name},
                 .method = short_at(left, 10),
                 .packed_bytes = word_at(left, 20),
                 .bytes = word_at(left, 24),
                 .checksum = static_cast<std::uint32_t>(word_at(left, 16)),
                 .header_at = word_at(left, 42),
                 .described_at = at};
  if ((short_at(left, 8) & 1) != 0)
    refuse(at, fmt::format("{}, encrypted", in_quotes(entry.name)), "an archive without passwords");
  std::span<const std::uint8_t> wide = wide_field(left.subspan(kEntryBytes + name, extra));
  for (std::int64_t* const size : {&entry.bytes, &entry.packed_bytes, &entry.header_at})
    if (*size == kNarrow && wide.size() >= 8) {
      *size = static_cast<std::int64_t>(number_at(wide, 0, 8));
      wide = wide.subspan(8);
    }
  left = left.subspan(length);
  return entry;
}

void ZipArchive::read_directory(const Directory& directory) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(directory.bytes));
  read_at(directory.at, bytes, "the directory");
  std::span<const std::uint8_t> left = bytes;
  while (!left.empty())
    entries_.push_back(take_entry(left, directory.at + directory.bytes - std::ssize(left)));
  if (std::ssize(entries_) != directory.entries)
    refuse(directory.at, fmt::format("{} entries", entries_.size()),
           fmt::format("{}, by the end of the archive", directory.entries));
  std::set<std::string_view> names;
  for (const ZipEntry& entry : entries_)
    if (!names.insert(entry.name).second)
      refuse(entry.described_at, fmt::format("the name {} twice", in_quotes(entry.name)), "each name once");
}

// Where the content begins, behind the local header.
std::int64_t ZipArchive::content_at(const ZipEntry& entry) const {
  std::array<std::uint8_t, kLocalBytes> header{};
  read_at(entry.header_at, header, "the header of an entry");
  std::string name(static_cast<std::size_t>(short_at(header, 26)), '\0');
  if (word_at(header, 0) == kLocalSignature)
    read_at(entry.header_at + kLocalBytes, {reinterpret_cast<std::uint8_t*>(name.data()), name.size()},
            "a name");
  if (word_at(header, 0) != kLocalSignature || name != entry.name)
    refuse(entry.header_at, "another record",
           fmt::format("the header of the entry {}", in_quotes(entry.name)));
  return entry.header_at + kLocalBytes + std::ssize(name) + short_at(header, 28);
}

std::unique_ptr<ByteReader> ZipArchive::open(const ZipEntry& entry) const {
  if (entry.method != kStored && entry.method != kDeflated)
    refuse(entry.described_at, fmt::format("{}, packed by method {}", in_quotes(entry.name), entry.method),
           "0 (stored) or 8 (deflate)");
  const std::int64_t at = content_at(entry);
  if (entry.packed_bytes < 0 || at > size_ || entry.packed_bytes > size_ - at)
    refuse(entry.described_at,
           fmt::format("{}, {} bytes from byte {} on", in_quotes(entry.name), entry.packed_bytes, at),
           "bytes that the file has");
  const auto most = entry.method == kStored
                        ? entry.packed_bytes
                        : checked_multiply(entry.packed_bytes, kDeflateRatio).value_or(INT64_MAX);
  if (entry.bytes < 0 || entry.bytes > most || (entry.method == kStored && entry.bytes != entry.packed_bytes))
    refuse(entry.described_at,
           fmt::format("{}, {} bytes packed in {}", in_quotes(entry.name), entry.bytes, entry.packed_bytes),
           "sizes that belong together");
  return std::make_unique<ZipContent>(*this, entry, at);
}

}  // namespace gradtable::detail
