#include "gradtable/models/data/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <sys/stat.h>
#include <zlib.h>

#include "gradtable/core/checked.hpp"
#include "gradtable/core/error.hpp"
#include "gradtable/models/data/formats/idx_names.hpp"

namespace gradtable {
namespace {

constexpr std::size_t kBufferBytes = 1 << 16;
constexpr std::size_t kLargestInflate = 1 << 30;  // zlib counts in 32 bits
constexpr std::int64_t kLargestRatio = 1032;      // of deflate
constexpr int kGzipOnly = 16 + MAX_WBITS;

}  // namespace

struct ByteSource::Gzip {
  Gzip() {
    if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::bad_alloc();
    inflateGetHeader(&stream, &header);
  }
  void begin_member() {
    ended = false;
    inflateReset(&stream);
    inflateGetHeader(&stream, &header);
  }
  ~Gzip() { inflateEnd(&stream); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  z_stream stream{};
  gz_header header{};
  bool ended = false;
};

ByteSource::ByteSource(const std::string& path, std::string_view format)
    : path_(path), file_(std::fopen(path.c_str(), "rb")), buffer_(kBufferBytes) {
  if (!file_) {
    const int error = errno;
    refuse_file(std::strerror(error), "a readable file" + (error == ENOENT ? idx_names_near(path) : ""));
  }
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
  if (!refill()) refuse_file("an empty file, not a gzip file", fmt::format("{}, plain or gzip", format));
  // A lone 1f begins no other format that is read here.
  if (unread_[0] == 0x1f && (unread_.size() == 1 || unread_[1] == 0x8b)) gzip_ = std::make_unique<Gzip>();
}

ByteSource::~ByteSource() = default;

void ByteReader::refuse(std::int64_t at, std::string_view found, std::string_view expected) const {
  throw DataError(fmt::format("{}@byte {}: {}; expected {}", name(), at, found, expected));
}

void ByteSource::refuse_file(std::string_view found, std::string_view expected) const {
  throw DataError(fmt::format("{}: {}; expected {}", path_, found, expected));
}

std::int64_t ByteSource::size_bound() const {
  struct stat status {};
  if (fstat(fileno(file_.get()), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return checked_multiply(status.st_size, is_gzip() ? kLargestRatio : 1).value_or(0);
}

// Replaces the used-up buffer by the next bytes of the file; false at its end.
bool ByteSource::refill() {
  errno = 0;
  const std::size_t count = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
  // Opening a directory succeeds: it is the first read that fails.
  if (std::ferror(file_.get())) refuse_file(std::strerror(errno), "a readable file");
  unread_ = std::span(buffer_).first(count);
  file_position_ += static_cast<std::int64_t>(count);
  return count > 0;
}

std::size_t ByteSource::read(std::span<std::uint8_t> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::size_t count = read_some(bytes.subspan(done));
    if (count == 0) break;
    done += count;
  }
  position_ += static_cast<std::int64_t>(done);
  return done;
}

// At least one byte, unless the content ends.
std::size_t ByteSource::read_some(std::span<std::uint8_t> bytes) {
  if (gzip_) return inflate_some(bytes);
  if (unread_.empty() && !refill()) return 0;
  const std::size_t count = std::min(bytes.size(), unread_.size());
  std::memcpy(bytes.data(), unread_.data(), count);
  unread_ = unread_.subspan(count);
  return count;
}

std::size_t ByteSource::inflate_some(std::span<std::uint8_t> bytes) {
  const auto wanted = static_cast<uInt>(std::min(bytes.size(), kLargestInflate));
  gzip_->stream.next_out = bytes.data();
  gzip_->stream.avail_out = wanted;
  while (gzip_->stream.avail_out == wanted && (!gzip_->ended || next_member())) inflate_once();
  return wanted - gzip_->stream.avail_out;
}

// Whether another member begins behind the one that has ended.
bool ByteSource::next_member() {
  if ((unread_.empty() && !refill()) || unread_[0] != 0x1f) return false;
  gzip_->begin_member();
  return true;
}

void ByteSource::inflate_once() {
  // As long as the stream has not ended, its trailer at least is still to come.
  if (unread_.empty() && !refill())
    refuse(file_position_, gzip_->header.done == 1 ? "a truncated gzip file" : "a truncated gzip header",
           "more bytes, with a checksum and a length at the end");
  z_stream& stream = gzip_->stream;
  stream.next_in = unread_.data();
  stream.avail_in = static_cast<uInt>(unread_.size());
  const int status = inflate(&stream, Z_NO_FLUSH);
  unread_ = unread_.last(stream.avail_in);
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  if (status != Z_OK && status != Z_STREAM_END)
    refuse(file_position_ - static_cast<std::int64_t>(unread_.size()),
           fmt::format("damaged gzip data ({})", stream.msg ? stream.msg : "inflate fails"),
           "data that agrees with its checksum and length");
  gzip_->ended = status == Z_STREAM_END;
}

void ByteSource::finish() {
  std::uint8_t next = 0;
  if (read_some({&next, 1}) > 0)
    refuse(position_, "more data", "the end of the file, by the count and extents in its header");
  if (gzip_) require_padding();
}

// Tapes and disks fill their last block with zeros, which gzip takes too.
void ByteSource::require_padding() {
  do {
    const auto garbage = std::ranges::find_if(unread_, [](std::uint8_t byte) { return byte != 0; });
    if (garbage != unread_.end())
      refuse(file_position_ - (unread_.end() - garbage), "trailing garbage", "the end of the gzip file");
  } while (refill());
}

}  // namespace gradtable
