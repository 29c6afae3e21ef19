// A file read once from its first byte to its last, plain or gzip (RFC 1952): which, its first bytes say.
// Several gzip members in a row are read as one.
//
// All errors are DataError: "<path>@byte N: <found>; expected <what>". N counts the content, that is the
// inflated bytes; in messages about gzip itself it counts the bytes of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradtable {

class ByteSource {
 public:
  // Opens the file. Throws DataError when it is missing, with the nearest names that are there, unreadable,
  // a directory or empty.
  explicit ByteSource(const std::string& path);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Fills `bytes` with the content that follows and returns their number, less only where the content ends.
  // What has been read is to be trusted only after finish(). Throws DataError on damaged or truncated gzip.
  std::size_t read(std::span<std::uint8_t> bytes);
  // Demands that the content ends here, that checksum and length of every gzip member agree with it, and that
  // nothing follows but zeros behind the last member. Throws DataError.
  void finish();

  bool is_gzip() const { return gzip_ != nullptr; }
  // How many bytes of content have been read.
  std::int64_t position() const { return position_; }
  // The content has no more bytes than these: those of the file or, as deflate writes 258 bytes in 2 bits at
  // best, 1032 times as many. 0 for what is no regular file.
  std::int64_t size_bound() const;
  [[noreturn]] void refuse(std::int64_t at, std::string_view found, std::string_view expected) const;

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Gzip;

  [[noreturn]] void refuse(std::string_view found, std::string_view expected) const;
  bool refill();
  std::size_t read_some(std::span<std::uint8_t> bytes);
  std::size_t inflate_some(std::span<std::uint8_t> bytes);
  bool next_member();
  void require_padding();
  void inflate_once();

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::vector<std::uint8_t> buffer_;  // of the file's bytes
  std::span<std::uint8_t> unread_;    // the part of the buffer that is still to be used
  std::int64_t file_position_ = 0;    // of the end of the buffer
  std::int64_t position_ = 0;
  std::unique_ptr<Gzip> gzip_;  // null for a plain file
};

}  // namespace gradtable
