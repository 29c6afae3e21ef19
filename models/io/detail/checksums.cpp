#include "gradtable/models/io/detail/checksums.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/io/detail/safetensors_header.hpp"

namespace gradtable::detail {
namespace {

using Metadata = std::map<std::string, std::string>;

// CRC-32 (ITU-T V.42, that of gzip) of the bytes that `crc` is of, and these after them.
uLong crc32_of(const void* bytes, std::size_t count, uLong crc = 0) {
  return crc32_z(crc, static_cast<const Bytef*>(bytes), count);
}

std::string hexadecimal(uLong crc) {
  return fmt::format("{:08x}", crc);
}

// Of "F32 [64,784]" and the data: the same bytes under another type or shape are another tensor.
std::string checksum(const Array& tensor) {
  const std::string type = fmt::format("{} {}", element_of(tensor.dtype()).name, json_shape(tensor.shape()));
  return hexadecimal(crc32_of(tensor.view().data, tensor.type().bytes(), crc32_of(type.data(), type.size())));
}

// Of each key and value in the order of the keys, each with a zero byte behind it.
std::string checksum(const Metadata& metadata) {
  uLong crc = 0;
  for (const auto& [key, value] : metadata)
    for (const std::string& text : {key, value}) crc = crc32_of(text.c_str(), text.size() + 1, crc);
  return hexadecimal(crc);
}

Metadata checksums_of(const TensorFile& file) {
  Metadata checksums{{fmt::format("{}__metadata__", kChecksumKey), checksum(file.metadata)}};
  for (const auto& [name, tensor] : file.tensors)
    checksums.emplace(fmt::format("{}{}", kChecksumKey, name), checksum(tensor));
  return checksums;
}

// Moves the checksums out of the metadata.
Metadata take_checksums(Metadata& metadata) {
  Metadata checksums;
  auto at = metadata.lower_bound(std::string(kChecksumKey));
  while (at != metadata.end() && at->first.starts_with(kChecksumKey)) {
    const auto next = std::next(at);
    checksums.insert(metadata.extract(at));
    at = next;
  }
  return checksums;
}

std::string_view subject_of(std::string_view key) {
  return key.substr(kChecksumKey.size());
}

}  // namespace

Metadata with_checksums(const TensorFile& file) {
  Metadata all = checksums_of(file);
  all.insert(file.metadata.begin(), file.metadata.end());
  return all;
}

void check_and_remove_checksums(TensorFile& file, const std::string& path) {
  const Metadata found = take_checksums(file.metadata);
  if (found.empty()) return;
  const Metadata expected = checksums_of(file);
  const auto refuse = [&](std::string_view key, std::string_view what, std::string_view wanted) {
    throw CheckpointError(
        fmt::format("{}: {}: {}; expected {}", path, in_quotes(subject_of(key)), what, wanted));
  };
  for (const auto& [key, checksum] : expected) {
    const auto at = found.find(key);
    if (at == found.end()) refuse(key, "no checksum", "one, as the file has others");
    if (at->second != checksum)
      refuse(key, fmt::format("data with CRC-32 {}", checksum),
             fmt::format("{}, the checksum in the file", in_quotes(at->second)));
  }
  for (const auto& [key, checksum] : found)
    if (!expected.contains(key)) refuse(key, "a checksum without its tensor", "the tensor");
}

}  // namespace gradtable::detail
