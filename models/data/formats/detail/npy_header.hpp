// The header of an NPY file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gradtable/core/shape.hpp"
#include "gradtable/models/data/byte_source.hpp"

namespace gradtable::detail {

// The types of elements that are read.
enum class NpyType : std::uint8_t {
  boolean,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float16,
  float32,
  float64
};

struct NpyHeader {
  NpyType type = NpyType::float64;
  std::int64_t element_bytes = 8;
  bool big_endian = false;
  bool fortran_order = false;
  Shape shape;
  std::int64_t shape_at = 0;  // where the shape stands in the content
};

// Reads the header and leaves the content at the first element. Throws DataError.
NpyHeader read_npy_header(ByteReader& content);

}  // namespace gradtable::detail
