#include "gradtable/models/data/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <sys/stat.h>
#include <zlib.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

constexpr std::size_t kBufferBytes = 1 << 16;
constexpr std::size_t kLargestInflate = 1 << 30;  // zlib counts in 32 bits
constexpr std::int64_t kUsualRatio = 8;           // MNIST inflates to 4.8 times its size
constexpr int kGzipOnly = 16 + MAX_WBITS;

}  // namespace

struct ByteSource::Gzip {
  Gzip() {
    if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::bad_alloc();
    inflateGetHeader(&stream, &header);
  }
  ~Gzip() { inflateEnd(&stream); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  z_stream stream{};
  gz_header header{};
  bool ended = false;
};

ByteSource::ByteSource(const std::string& path)
    : path_(path), file_(std::fopen(path.c_str(), "rb")), buffer_(kBufferBytes) {
  if (!file_) refuse(std::strerror(errno), "a readable file");
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
  if (!refill()) refuse("an empty file, not a gzip file", "an IDX file, plain or gzip");
  // A lone 1f begins no other format that is read here.
  if (unread_[0] == 0x1f && (unread_.size() == 1 || unread_[1] == 0x8b)) gzip_ = std::make_unique<Gzip>();
}

ByteSource::~ByteSource() = default;

void ByteSource::refuse(std::int64_t at, std::string_view found, std::string_view expected) const {
  throw DataError(fmt::format("{}@byte {}: {}; expected {}", path_, at, found, expected));
}

void ByteSource::refuse(std::string_view found, std::string_view expected) const {
  throw DataError(fmt::format("{}: {}; expected {}", path_, found, expected));
}

std::int64_t ByteSource::size_hint() const {
  struct stat status {};
  if (fstat(fileno(file_.get()), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return status.st_size < (std::int64_t{1} << 58) ? status.st_size * (is_gzip() ? kUsualRatio : 1) : 0;
}

// Replaces the used-up buffer by the next bytes of the file; false at its end.
bool ByteSource::refill() {
  errno = 0;
  const std::size_t count = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
  // Opening a directory succeeds: it is the first read that fails.
  if (std::ferror(file_.get())) refuse(std::strerror(errno), "a readable file");
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
  while (!gzip_->ended && gzip_->stream.avail_out == wanted) inflate_once();
  return wanted - gzip_->stream.avail_out;
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
  if (!gzip_ || (unread_.empty() && !refill())) return;
  const std::int64_t end = file_position_ - static_cast<std::int64_t>(unread_.size());
  refuse(end, unread_[0] == 0x1f ? "a second gzip member" : "trailing garbage", "the end of the gzip file");
}

}  // namespace gradtable
