#include <array>
#include <cstddef>

#include <fmt/format.h>
#include <zlib.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/data/formats/detail/zip.hpp"
#include "gradtable/models/io/atomic_file.hpp"

namespace gradtable::detail {
namespace {

constexpr std::uint64_t kMostNarrow = 0xffffffff;
constexpr std::size_t kMostEntries = 65535, kMostName = 65535;

void append(std::string& record, std::uint64_t value, int bytes) {
  for (; bytes > 0; --bytes, value >>= 8) record.push_back(static_cast<char>(value & 0xff));
}

struct Written {
  const StoredEntry* entry = nullptr;
  std::uint64_t at = 0, bytes = 0;
  uLong checksum = 0;
};

Written measure(const StoredEntry& entry, std::uint64_t at) {
  Written written{&entry, at, 0, 0};
  for (const std::string_view part : entry.parts) {
    written.bytes += part.size();
    if (!part.empty())  // where there are no bytes, zlib takes a null pointer for a new beginning
      written.checksum = crc32_z(written.checksum, reinterpret_cast<const Bytef*>(part.data()), part.size());
  }
  return written;
}

// What the local header and the directory have alike: the fields from the version to the length of the name.
void append_fields(std::string& record, const Written& written) {
  constexpr std::uint64_t kVersion = 20, kNamesAreUtf8 = 1 << 11, kTime = 0, kFirstOf1980 = 1 << 5 | 1;
  append(record, kVersion, 2);
  append(record, kNamesAreUtf8, 2);
  append(record, 0, 2);  // stored
  append(record, kTime, 2);
  append(record, kFirstOf1980, 2);
  append(record, written.checksum, 4);
  append(record, written.bytes, 4);
  append(record, written.bytes, 4);
  append(record, written.entry->name.size(), 2);
  append(record, 0, 2);  // extra fields
}

std::string local_header(const Written& written) {
  std::string record = "PK\x03\x04";
  append_fields(record, written);
  return record + written.entry->name;
}

std::string directory_entry(const Written& written) {
  std::string record = "PK\x01\x02";
  append(record, 20, 2);  // made by version 2.0, on a system without permissions
  append_fields(record, written);
  append(record, 0, 2);  // comment
  append(record, 0, 2);  // disk
  append(record, 0, 2);  // internal attributes
  append(record, 0, 4);  // external attributes
  append(record, written.at, 4);
  return record + written.entry->name;
}

std::string end_record(std::size_t entries, std::uint64_t at, std::uint64_t bytes) {
  std::string record = "PK\x05\x06";
  append(record, 0, 4);  // disks
  append(record, entries, 2);
  append(record, entries, 2);
  append(record, bytes, 4);
  append(record, at, 4);
  append(record, 0, 2);  // comment
  return record;
}

}  // namespace

void write_stored_zip(const std::string& path, std::span<const StoredEntry> entries) {
  std::vector<std::string> headers;
  std::string directory;
  std::uint64_t at = 0;
  for (const StoredEntry& entry : entries) {
    const Written written = measure(entry, at);
    if (entry.name.size() > kMostName || entries.size() > kMostEntries)
      throw OutputError(fmt::format("{}: {} entries, a name of {} bytes; expected at most 65535 of each",
                                    path, entries.size(), entry.name.size()));
    headers.push_back(local_header(written));
    directory += directory_entry(written);
    at += headers.back().size() + written.bytes;
    if (at + directory.size() > kMostNarrow)
      throw OutputError(fmt::format("{}: more than 4 GiB with {}; expected less in one archive", path,
                                    in_quotes(entry.name)));
  }
  directory += end_record(entries.size(), at, directory.size());
  std::vector<std::string_view> parts;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    parts.emplace_back(headers[i]);
    parts.insert(parts.end(), entries[i].parts.begin(), entries[i].parts.end());
  }
  parts.emplace_back(directory);
  write_file_atomically(path, parts);
}

}  // namespace gradtable::detail
