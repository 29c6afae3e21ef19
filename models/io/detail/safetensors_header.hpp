// The header of a safetensors file: JSON with the place of each tensor in the data that follows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable::detail {

// A header that is longer is refused: parsed it takes about ten times its size, and a hundred thousand
// tensors need less.
inline constexpr std::size_t kMaxHeaderBytes = 25'000'000;

// A type of the format.
struct ElementType {
  std::string_view name;       // "BF16"
  std::size_t bytes;           // of an element
  std::optional<DType> dtype;  // of the array that holds the same numbers; none: they are not read
};

struct TensorEntry {
  std::string name;
  const ElementType* element;
  Shape shape;
  std::uint64_t begin = 0;  // of its bytes, from the start of the data

  std::uint64_t bytes() const { return static_cast<std::uint64_t>(shape.size()) * element->bytes; }
  std::uint64_t end() const { return begin + bytes(); }
};

struct SafetensorsHeader {
  std::vector<TensorEntry> entries;             // in the order of their data
  std::map<std::string, std::string> metadata;  // "__metadata__", checksums too
};

// The header in `text`, for data of `data_bytes`, which it must describe without holes or overlaps. Throws
// CheckpointError that begins with `path`.
SafetensorsHeader parse_header(std::string_view text, std::uint64_t data_bytes, const std::string& path);

// The text of a header, padded by spaces so that the data after it and its length begin at a multiple of 8.
std::string format_header(const SafetensorsHeader& header);

// The type whose elements are those of arrays, bit by bit: "F32" for float32.
const ElementType& element_of(DType type);

// "[64,784]", a shape as the header writes it.
std::string json_shape(const Shape& shape);

}  // namespace gradtable::detail
