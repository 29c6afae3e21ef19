#include "gradtable/models/io/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/graph.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/io/atomic_file.hpp"
#include "gradtable/models/io/detail/checksums.hpp"
#include "gradtable/models/io/detail/half.hpp"
#include "gradtable/models/io/detail/input_file.hpp"
#include "gradtable/models/io/detail/safetensors_header.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using detail::kMaxHeaderBytes;
using detail::SafetensorsHeader;
using detail::TensorEntry;

static_assert(std::endian::native == std::endian::little, "the format is little-endian, as are our arrays");

constexpr std::uint64_t kLengthBytes = 8;

// What a file begins with that is of another format, and what to do.
struct OtherFormat {
  std::string_view begin, name, advice = "";
};

constexpr std::string_view kSave =
    ": PyTorch's own format is not read, save the state_dict with "
    "safetensors.torch.save_file";
constexpr OtherFormat kOtherFormats[] = {{"PK\3\4", "a zip file, as PyTorch's own format is", kSave},
                                         {"\x80\2", "a pickle, as PyTorch's old format is", kSave},
                                         {"\x80\3", "a pickle", kSave},
                                         {"\x80\4", "a pickle", kSave},
                                         {"\x80\5", "a pickle", kSave},
                                         {"\x89HDF", "an HDF5 file", ": save its arrays as safetensors"},
                                         {"\x93NUMPY", "a NumPy array", ": save it as safetensors"},
                                         {"\x1f\x8b", "a gzip file", ": unpack it"},
                                         {"GGUF", "a GGUF file"},
                                         {"<", "HTML or XML text"},
                                         {"{", "JSON text"}};

// By its first bytes, whose length of a header makes no sense.
[[noreturn]] void refuse_format(std::string_view begin, std::uint64_t length, const std::string& path) {
  constexpr std::string_view kExpected = "a safetensors file, which begins with the length of its header";
  for (const OtherFormat& other : kOtherFormats)
    if (begin.starts_with(other.begin))
      throw CheckpointError(fmt::format("{}: {}; expected {}{}", path, other.name, kExpected, other.advice));
  throw CheckpointError(
      fmt::format("{}: a header of {} bytes; expected at most {}: it is no safetensors file", path, length,
                  kMaxHeaderBytes));
}

// Of the header, which together with the length itself fits into the file.
std::size_t read_header_length(detail::InputFile& file, const std::string& path) {
  const auto refuse = [&](const std::string& found, std::string_view expected) {
    throw CheckpointError(fmt::format("{}: {}; expected {}", path, found, expected));
  };
  if (file.size() < kLengthBytes)
    refuse(fmt::format("{} bytes", file.size()), "a safetensors file, of 8 bytes at least");
  char begin[kLengthBytes];
  file.read(begin, kLengthBytes);
  std::uint64_t length = 0;
  std::memcpy(&length, begin, kLengthBytes);
  const bool is_cut = length > file.size() - kLengthBytes;
  if (is_cut && length > kMaxHeaderBytes) refuse_format({begin, kLengthBytes}, length, path);
  const std::string found = fmt::format("a header of {} bytes", length);
  if (is_cut)
    refuse(found,
           fmt::format("at most the {} that the file has behind its length", file.size() - kLengthBytes));
  if (length > kMaxHeaderBytes) refuse(found, fmt::format("at most {}", kMaxHeaderBytes));
  return length;
}

SafetensorsHeader read_header(detail::InputFile& file, const std::string& path) {
  std::string text(read_header_length(file, path), '\0');
  file.read(text.data(), text.size());
  return detail::parse_header(text, file.size() - kLengthBytes - text.size(), path);
}

// bfloat16: the upper half of a float32.
float from_brain(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

// Those of 2 bytes that lie in the second half of the array, where they are to be of 4: each is read before
// it is written over.
void widen(std::span<float> numbers, float (*number)(std::uint16_t)) {
  const char* const narrow =
      reinterpret_cast<const char*>(numbers.data() + numbers.size()) - 2 * numbers.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, narrow + 2 * i, sizeof bits);
    numbers[i] = number(bits);
  }
}

Array read_tensor(detail::InputFile& input, const TensorEntry& entry) {
  Array tensor(*entry.element->dtype, entry.shape);
  char* const end = static_cast<char*>(tensor.view().data) + tensor.type().bytes();
  input.read(end - entry.bytes(), entry.bytes());
  if (entry.element->name == "F16") widen(tensor.as<float>(), detail::from_half);
  if (entry.element->name == "BF16") widen(tensor.as<float>(), from_brain);
  return tensor;
}

// The tensors of the file, those of the widest type first: each begins at a multiple of its element's size.
SafetensorsHeader describe(const TensorFile& file) {
  SafetensorsHeader header{{}, detail::with_checksums(file)};
  for (const auto& [name, tensor] : file.tensors)
    header.entries.push_back({name, &detail::element_of(tensor.dtype()), tensor.shape()});
  const auto width = [](const TensorEntry& entry) { return entry.element->bytes; };
  std::ranges::stable_sort(header.entries, std::greater(), width);
  std::uint64_t end = 0;
  for (TensorEntry& entry : header.entries) {
    entry.begin = end;
    end = entry.end();
  }
  return header;
}

void require_writable(const TensorFile& file, const std::string& path) {
  const auto require = [&](bool holds, std::string_view what, std::string_view text,
                           std::string_view expected) {
    if (!holds)
      throw CheckpointError(fmt::format("{}: {} {}; expected {}", path, what, in_quotes(text), expected));
  };
  const auto is_utf8 = [](const std::string& text) { return valid_utf8(text) == text; };
  for (const auto& [name, unused] : file.tensors) {
    require(!name.empty() && name != "__metadata__", "the tensor name", name, "another one");
    require(is_utf8(name), "the tensor name", name, "UTF-8");
  }
  for (const auto& [name, other] : file.others)
    require(false, fmt::format("the tensor of type {}", other.dtype), name, "one whose numbers were read");
  for (const auto& [key, value] : file.metadata) {
    require(!key.starts_with(detail::kChecksumKey), "the metadata key", key,
            "another one: it is a checksum's");
    require(is_utf8(key), "the metadata key", key, "UTF-8");
    require(is_utf8(value), "the metadata", value, "UTF-8");
  }
}

}  // namespace

TensorFile read_safetensors(const std::string& path) {
  detail::InputFile input(path);
  SafetensorsHeader header = read_header(input, path);
  TensorFile file{{}, std::move(header.metadata)};
  for (const TensorEntry& entry : header.entries) {
    if (entry.element->dtype) {
      file.tensors.emplace(entry.name, read_tensor(input, entry));
    } else {
      input.skip(entry.bytes());
      file.others.emplace(entry.name, OtherTensor{std::string(entry.element->name), entry.shape});
    }
  }
  detail::check_and_remove_checksums(file, path);
  return file;
}

void write_safetensors(const std::string& path, const TensorFile& file) {
  require_writable(file, path);
  const SafetensorsHeader header = describe(file);
  const std::string text = detail::format_header(header);
  if (text.size() > kMaxHeaderBytes)
    throw CheckpointError(
        fmt::format("{}: a header of {} bytes; expected at most {}", path, text.size(), kMaxHeaderBytes));
  const std::uint64_t length = text.size();
  std::vector<std::string_view> parts = {{reinterpret_cast<const char*>(&length), kLengthBytes}, text};
  for (const TensorEntry& entry : header.entries)
    parts.emplace_back(static_cast<const char*>(file.tensors.at(entry.name).view().data), entry.bytes());
  write_file_atomically(path, parts);
}

void require_tensors(const std::map<std::string, Array>& tensors, const std::string& path,
                     const std::map<std::string, TensorType>& expected) {
  std::vector<std::string> differences;
  for (const auto& [name, type] : expected) {
    const auto at = tensors.find(name);
    if (at == tensors.end())
      differences.push_back(fmt::format("no {}, expected {}", in_quotes(name), to_string(type)));
    else if (at->second.type() != type)
      differences.push_back(fmt::format("{} is {}, expected {}", in_quotes(name),
                                        to_string(at->second.type()), to_string(type)));
  }
  for (const auto& [name, tensor] : tensors)
    if (!expected.contains(name))
      differences.push_back(
          fmt::format("{} {}, expected no such tensor", in_quotes(name), to_string(tensor.type())));
  if (!differences.empty()) throw CheckpointError(fmt::format("{}: {}", path, fmt::join(differences, "; ")));
}

Array transposed(Array matrix) {
  if (matrix.shape().rank() != 2)
    throw ShapeError(fmt::format("transposed: expected a matrix, got shape {}", to_string(matrix.shape())));
  Graph g;
  return evaluate(transpose(g.constant(std::move(matrix))));
}

}  // namespace gradtable
