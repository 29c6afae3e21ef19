#include "gradtable/models/data/warp.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "gradtable/core/machine/simd.hpp"
#include "gradtable/models/data/elastic.hpp"

namespace gradtable {
namespace {

constexpr std::int64_t kLanes = ElasticField::kLanes;

// What a result is taken from: pixel (x, y) of the image is the first one of cell (x + 1, y + 1).
struct Source {
  const std::uint32_t* cells;
  std::int32_t stride;
  float most_x, most_y;
  AffineMap map;  // to places of cells
};

GRADTABLE_INLINE inline float clamp(float value, float most) {
  const float positive = value < 0 ? 0 : value;
  return positive < most ? positive : most;
}

GRADTABLE_INLINE inline float pixel(std::uint32_t cell, int place) {
  return static_cast<float>(static_cast<std::int32_t>(cell >> 8 * place & 0xffU));
}

GRADTABLE_INLINE inline std::uint8_t interpolate(const Source& from, float column, float row, float dx,
                                                 float dy) {
  const float x = clamp(from.map.xx * column + from.map.xy * row + from.map.x0 + dx, from.most_x);
  const float y = clamp(from.map.yx * column + from.map.yy * row + from.map.y0 + dy, from.most_y);
  const auto left = static_cast<std::int32_t>(x), top = static_cast<std::int32_t>(y);
  const float right_part = x - static_cast<float>(left), lower_part = y - static_cast<float>(top);
  const std::uint32_t cell = from.cells[top * from.stride + left];
  const float upper = pixel(cell, 0) + right_part * (pixel(cell, 1) - pixel(cell, 0));
  const float lower = pixel(cell, 2) + right_part * (pixel(cell, 3) - pixel(cell, 2));
  return static_cast<std::uint8_t>(static_cast<std::int32_t>(upper + lower_part * (lower - upper) + 0.5F));
}

// `line` has room for `blocks` whole vectors.
GRADTABLE_INLINE inline void warp_rows(const Source& from, const float* field, std::int64_t rows,
                                       std::int64_t columns, std::int32_t blocks, std::uint8_t* line,
                                       std::uint8_t* result) {
  const std::int32_t width = blocks * static_cast<std::int32_t>(kLanes);
  for (std::int64_t y = 0; y < rows; ++y) {
    const float* const dx = field + 2 * y * width;
    const float* const dy = dx + width;
    const auto row = static_cast<float>(y);
    GRADTABLE_INDEPENDENT
    for (std::int32_t i = 0; i < width; ++i)
      line[i] = interpolate(from, static_cast<float>(i), row, dx[i], dy[i]);
    std::memcpy(result + y * columns, line, static_cast<std::size_t>(columns));
  }
}

}  // namespace

void Warp::resize(std::int64_t rows, std::int64_t columns) {
  if (rows == rows_ && columns == columns_) return;
  rows_ = columns_ = 0;
  stride_ = (columns + 2 + kLanes) / kLanes * kLanes;  // a column before the image and two behind it
  padded_.assign(static_cast<std::size_t>((rows + 3) * stride_ + 1), 0);
  cells_.resize(static_cast<std::size_t>((rows + 2) * stride_));
  line_.resize(static_cast<std::size_t>(ElasticField::stride(columns)));
  rows_ = rows;
  columns_ = columns;
}

void Warp::load(const std::uint8_t* image) {
  for (std::int64_t y = 0; y < rows_; ++y)
    std::memcpy(padded_.data() + (y + 1) * stride_ + 1, image + y * columns_,
                static_cast<std::size_t>(columns_));
  const std::int64_t blocks = (rows_ + 2) * stride_ / kLanes;
  const std::uint8_t* const upper = padded_.data();
  const std::uint8_t* const lower = upper + stride_;
  std::uint32_t* const cells = cells_.data();
  detail::simd([=]() GRADTABLE_INLINE {
    GRADTABLE_INDEPENDENT
    for (std::int64_t i = 0; i < blocks * kLanes; ++i)
      cells[i] = std::uint32_t{upper[i]} | std::uint32_t{upper[i + 1]} << 8 | std::uint32_t{lower[i]} << 16 |
                 std::uint32_t{lower[i + 1]} << 24;
  });
}

void Warp::operator()(const std::uint8_t* image, const AffineMap& map, const float* field,
                      std::uint8_t* result) {
  load(image);
  Source from{.cells = cells_.data(),
              .stride = static_cast<std::int32_t>(stride_),
              .most_x = static_cast<float>(columns_ + 1),
              .most_y = static_cast<float>(rows_ + 1),
              .map = map};
  from.map.x0 += 1;
  from.map.y0 += 1;
  const std::int64_t rows = rows_, columns = columns_;
  const auto blocks = static_cast<std::int32_t>(ElasticField::stride(columns) / kLanes);
  std::uint8_t* const line = line_.data();
  detail::simd([=]() GRADTABLE_INLINE { warp_rows(from, field, rows, columns, blocks, line, result); });
}

}  // namespace gradtable
