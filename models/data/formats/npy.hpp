// Reads and writes NPY files, the format of numpy.save: a header with element type, order and shape, then the
// elements. Versions 1 to 3 are read, plain or gzip, of bool, (u)int8 to (u)int64 and float16 to float64, in
// either byte order, in C or Fortran order.
#pragma once

#include <cstdint>
#include <string>

#include "gradtable/models/data/byte_source.hpp"
#include "gradtable/models/data/shared_array.hpp"

namespace gradtable {

struct NpyOptions {
  std::int64_t memory_limit = std::int64_t{1} << 30;   // bytes that the elements of one array may take
  std::string memory_limit_name = "the memory limit";  // for messages
};

// The array of a file, in C order. Its numbers are those of the file, so each type becomes the next one that
// has all of them:
//
//   uint8 -> uint8                                         float16, float32 -> float32
//   bool (0 and 1), int8, int16, int32, uint16 -> int32    float64 -> float64
//   uint32, int64, uint64 -> int32 where every number fits
//
// Memory grows with the data that arrives, whatever the header claims; Fortran order takes it twice. Throws
// DataError, "FILE@byte N: found; expected ...", when the file is damaged or takes more than the limit, for
// an integer beyond int32, with its index, and for elements of other types. Pickled objects are among these:
// they are never executed.
SharedArray read_npy(const std::string& path, const NpyOptions& options = {});

// The same of content that has been opened, from its first byte to its last.
SharedArray read_npy(ByteReader& content, const NpyOptions& options = {});

// Writes version 1 in C order, whole or not at all. Throws OutputError when it cannot be written.
void write_npy(const std::string& path, const ConstView& array);

// What write_npy writes before the elements.
std::string npy_header(const TensorType& type);

}  // namespace gradtable
