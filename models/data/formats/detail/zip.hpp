// ZIP archives (APPNOTE.TXT of PKWARE): what numpy.savez writes.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/models/data/byte_source.hpp"

namespace gradtable::detail {

struct ZipEntry {
  std::string name;
  std::int64_t method = 0;        // 0: stored, 8: deflate
  std::int64_t packed_bytes = 0;  // in the archive
  std::int64_t bytes = 0;         // of the content
  std::uint32_t checksum = 0;     // its CRC-32
  std::int64_t header_at = 0;     // of the local header in the archive
  std::int64_t described_at = 0;  // of the entry in the directory, for messages
};

// All errors are DataError: "FILE@byte N: found; expected ...".
class ZipArchive {
 public:
  // Reads the directory. Throws when the file is no archive, damaged, encrypted, in several files, or has a
  // name twice.
  explicit ZipArchive(const std::string& path);

  const std::string& path() const { return path_; }
  std::span<const ZipEntry> entries() const { return entries_; }
  // The content of an entry, to be read while the archive lives, one at a time. Throws for other methods than
  // stored and deflate.
  std::unique_ptr<ByteReader> open(const ZipEntry& entry) const;

 private:
  friend class ZipContent;
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Directory {
    std::int64_t at = 0, bytes = 0, entries = 0;
  };

  [[noreturn]] void refuse(std::int64_t at, std::string_view found, std::string_view expected) const;
  void read_at(std::int64_t at, std::span<std::uint8_t> bytes, std::string_view what) const;
  std::int64_t find_end() const;
  Directory read_end() const;
  Directory read_wide_end(std::int64_t end, const Directory& narrow) const;
  ZipEntry take_entry(std::span<const std::uint8_t>& left, std::int64_t at) const;
  void read_directory(const Directory& directory);
  std::int64_t content_at(const ZipEntry& entry) const;

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::int64_t size_ = 0;
  std::vector<ZipEntry> entries_;
};

// Content that is stored as it is.
struct StoredEntry {
  std::string name;
  std::vector<std::string_view> parts;  // one after the other; they must outlive the call
};

// Writes the archive whole or not at all. Throws OutputError when it cannot be written, or takes 4 GiB.
void write_stored_zip(const std::string& path, std::span<const StoredEntry> entries);

}  // namespace gradtable::detail
