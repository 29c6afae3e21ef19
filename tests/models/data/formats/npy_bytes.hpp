// Small NPY and ZIP files made by hand, whole and damaged.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

namespace gradtable::testing {

inline void append_number(std::string& bytes, std::uint64_t value, int count) {
  for (; count > 0; --count, value >>= 8) bytes.push_back(static_cast<char>(value & 0xff));
}

// The header as it is given, behind the magic number, the version and the length.
inline std::string npy_file(std::string_view header, std::string_view elements, int version = 1) {
  std::string bytes = "\x93NUMPY";
  append_number(bytes, static_cast<std::uint64_t>(version), 2);
  append_number(bytes, header.size(), version == 1 ? 2 : 4);
  return bytes.append(header).append(elements);
}

inline std::string npy_dictionary(std::string_view descr, std::string_view shape,
                                  std::string_view fortran_order = "False") {
  return "{'descr': '" + std::string(descr) + "', 'fortran_order': " + std::string(fortran_order) +
         ", 'shape': " + std::string(shape) + ", }\n";
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

// One entry of an archive, with the fields that a test may damage.
struct ZipItem {
  std::string name;
  std::string content;
  bool deflated = false;
  bool wide = false;  // sizes in the fields of zip64
  std::string packed = {};
  std::uint64_t flags = 0, method = 99;
  std::uint64_t claimed_bytes = UINT64_MAX;
  std::uint32_t checksum = 0;
};

inline std::string deflated(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// The parts of a record from its flags to its extra field.
inline void append_zip_fields(std::string& record, const ZipItem& item) {
  const std::uint64_t narrow = 0xffffffff, bytes = item.claimed_bytes;
  append_number(record, item.flags, 2);
  append_number(record, item.method, 2);
  append_number(record, 0, 4);
  append_number(record, item.checksum, 4);
  append_number(record, item.wide ? narrow : item.packed.size(), 4);
  append_number(record, item.wide ? narrow : bytes, 4);
  append_number(record, item.name.size(), 2);
  append_number(record, item.wide ? 20 : 0, 2);
}

inline void append_zip_extra(std::string& record, const ZipItem& item) {
  if (!item.wide) return;
  append_number(record, 1, 2);
  append_number(record, 16, 2);
  append_number(record, item.claimed_bytes, 8);
  append_number(record, item.packed.size(), 8);
}

inline ZipItem completed(ZipItem item) {
  if (item.packed.empty()) item.packed = item.deflated ? deflated(item.content) : item.content;
  if (item.method == 99) item.method = item.deflated ? 8 : 0;
  if (item.claimed_bytes == UINT64_MAX) item.claimed_bytes = item.content.size();
  if (item.checksum == 0)
    item.checksum = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(item.content.data()),
                                                     static_cast<uInt>(item.content.size())));
  return item;
}

inline std::string zip_file(const std::vector<ZipItem>& items, std::string_view comment = "") {
  std::string file, directory;
  for (const ZipItem& given : items) {
    const ZipItem item = completed(given);
    directory += "PK\x01\x02";
    append_number(directory, 45, 2);
    append_number(directory, 45, 2);
    append_zip_fields(directory, item);
    append_number(directory, 0, 2 + 2 + 2);
    append_number(directory, 0, 4);
    append_number(directory, file.size(), 4);
    directory += item.name;
    append_zip_extra(directory, item);
    file += "PK\x03\x04";
    append_number(file, 45, 2);
    append_zip_fields(file, item);
    file += item.name;
    append_zip_extra(file, item);
    file += item.packed;
  }
  std::string end = "PK\x05\x06";
  append_number(end, 0, 4);
  append_number(end, items.size(), 2);
  append_number(end, items.size(), 2);
  append_number(end, directory.size(), 4);
  append_number(end, file.size(), 4);
  append_number(end, comment.size(), 2);
  return file + directory + end + std::string(comment);
}

}  // namespace gradtable::testing
