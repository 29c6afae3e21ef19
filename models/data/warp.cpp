#include "gradtable/models/data/warp.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "gradtable/core/simd.hpp"
#include "gradtable/models/data/elastic.hpp"

namespace gradtable {
namespace {

constexpr std::int64_t kLanes = ElasticField::kLanes;

// Where a row of the result is taken from: pixel (i, j) of the image is the first one of cell
// (i + 1, j + 1).
struct Source {
  const std::uint32_t* cells;
  std::int32_t stride;
  float most_x, most_y;
  float xx, yx, x0 = 0, y0 = 0;
  const float *dx = nullptr, *dy = nullptr;
};

GRADTABLE_INLINE inline float clamp(float value, float most) {
  const float positive = value < 0 ? 0 : value;
  return positive < most ? positive : most;
}

GRADTABLE_INLINE inline float pixel(std::uint32_t cell, int place) {
  return static_cast<float>(static_cast<std::int32_t>(cell >> 8 * place & 0xffU));
}

GRADTABLE_INLINE inline std::uint8_t interpolate(const Source& from, std::int32_t column) {
  const auto i = static_cast<float>(column);
  const float x = clamp(from.xx * i + from.x0 + from.dx[column], from.most_x);
  const float y = clamp(from.yx * i + from.y0 + from.dy[column], from.most_y);
  const auto left = static_cast<std::int32_t>(x), top = static_cast<std::int32_t>(y);
  const float right_part = x - static_cast<float>(left), lower_part = y - static_cast<float>(top);
  const std::uint32_t cell = from.cells[top * from.stride + left];
  const float upper = pixel(cell, 0) + right_part * (pixel(cell, 1) - pixel(cell, 0));
  const float lower = pixel(cell, 2) + right_part * (pixel(cell, 3) - pixel(cell, 2));
  return static_cast<std::uint8_t>(static_cast<std::int32_t>(upper + lower_part * (lower - upper) + 0.5F));
}

}  // namespace

void Warp::resize(std::int64_t rows, std::int64_t columns) {
  if (rows == rows_ && columns == columns_) return;
  rows_ = rows;
  columns_ = columns;
  stride_ = (columns + 2 + kLanes) / kLanes * kLanes;  // a column before the image and two behind it
  padded_.assign(static_cast<std::size_t>((rows + 3) * stride_ + 1), 0);
  cells_.resize(static_cast<std::size_t>((rows + 2) * stride_));
  row_.resize(static_cast<std::size_t>(ElasticField::stride(columns)));
}

void Warp::load(const std::uint8_t* image) {
  for (std::int64_t y = 0; y < rows_; ++y)
    std::memcpy(padded_.data() + (y + 1) * stride_ + 1, image + y * columns_,
                static_cast<std::size_t>(columns_));
  const std::int64_t blocks = (rows_ + 2) * stride_ / kLanes;
  detail::simd([blocks, upper = padded_.data(), lower = padded_.data() + stride_, cells = cells_.data()]()
                   GRADTABLE_INLINE {
                     GRADTABLE_INDEPENDENT
                     for (std::int64_t i = 0; i < blocks * kLanes; ++i)
                       cells[i] = std::uint32_t{upper[i]} | std::uint32_t{upper[i + 1]} << 8 |
                                  std::uint32_t{lower[i]} << 16 | std::uint32_t{lower[i + 1]} << 24;
                   });
}

void Warp::operator()(const std::uint8_t* image, const AffineMap& map, const float* field,
                      std::uint8_t* result) {
  load(image);
  Source from{.cells = cells_.data(),
              .stride = static_cast<std::int32_t>(stride_),
              .most_x = static_cast<float>(columns_ + 1),
              .most_y = static_cast<float>(rows_ + 1),
              .xx = map.xx,
              .yx = map.yx};
  const auto blocks = static_cast<std::int32_t>(ElasticField::stride(columns_) / kLanes);
  for (std::int64_t y = 0; y < rows_; ++y) {
    from.x0 = map.xy * static_cast<float>(y) + (map.x0 + 1);
    from.y0 = map.yy * static_cast<float>(y) + (map.y0 + 1);
    from.dx = field + 2 * y * blocks * kLanes;
    from.dy = from.dx + blocks * kLanes;
    detail::simd([from, blocks, row = row_.data()]() GRADTABLE_INLINE {
      GRADTABLE_INDEPENDENT
      for (std::int32_t i = 0; i < blocks * static_cast<std::int32_t>(kLanes); ++i)
        row[i] = interpolate(from, i);
    });
    std::memcpy(result + y * columns_, row_.data(), static_cast<std::size_t>(columns_));
  }
}

}  // namespace gradtable
