// Reads IDX files, the format of MNIST: a big-endian header (two zero bytes, element type, number of extents,
// the extents as 32-bit numbers), then the elements. Files are plain or gzip.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradtable {

struct IdxImages {
  std::int64_t count = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<std::uint8_t> pixels;  // count x rows x columns, row-major
};

// Images of any size, one byte a pixel; labels, one byte each. Both throw DataError unless the whole file is
// as its header says; memory grows with the data that arrives, whatever the header claims.
IdxImages read_idx_images(const std::string& path);
std::vector<std::uint8_t> read_idx_labels(const std::string& path);

}  // namespace gradtable
