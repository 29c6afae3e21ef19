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

// Content that is read once: of a file, or of an entry of an archive.
class ByteReader {
 public:
  virtual ~ByteReader() = default;

  // Fills `bytes` with the content that follows and returns their number, less only where the content ends.
  // What has been read is to be trusted only after finish(). Throws DataError for damaged content.
  virtual std::size_t read(std::span<std::uint8_t> bytes) = 0;
  // Demands that the content ends here and agrees with its checksums. Throws DataError.
  virtual void finish() = 0;
  // How many bytes of content have been read.
  virtual std::int64_t position() const = 0;
  // The content has no more bytes than these; 0 where that is not known.
  virtual std::int64_t size_bound() const = 0;
  // Throws DataError: "<name>@byte <at>: <found>; expected <expected>".
  [[noreturn]] void refuse(std::int64_t at, std::string_view found, std::string_view expected) const;

 private:
  // Of the content, for messages.
  virtual std::string name() const = 0;
};

class ByteSource final : public ByteReader {
 public:
  // Opens the file. Throws DataError when it is missing, with the nearest names that are there, unreadable,
  // a directory or empty. `format` is what the messages expect.
  explicit ByteSource(const std::string& path, std::string_view format = "an IDX file");
  ~ByteSource() override;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Throws DataError on damaged or truncated gzip.
  std::size_t read(std::span<std::uint8_t> bytes) override;
  // Demands that the content ends here, that checksum and length of every gzip member agree with it, and that
  // nothing follows but zeros behind the last member. Throws DataError.
  void finish() override;

  bool is_gzip() const { return gzip_ != nullptr; }
  std::int64_t position() const override { return position_; }
  // The bytes of the file or, as deflate writes 258 bytes in 2 bits at best, 1032 times as many. 0 for what
  // is no regular file.
  std::int64_t size_bound() const override;

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Gzip;

  std::string name() const override { return path_; }
  [[noreturn]] void refuse_file(std::string_view found, std::string_view expected) const;
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
