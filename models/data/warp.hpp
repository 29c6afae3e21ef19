// Images moved by a map of the plane and a field of displacements.
#pragma once

#include <cstdint>
#include <vector>

namespace gradtable {

// (x, y) -> (xx x + xy y + x0, yx x + yy y + y0); x counts columns, y rows.
struct AffineMap {
  float xx = 1, xy = 0, x0 = 0;
  float yx = 0, yy = 1, y0 = 0;
};

// result(x, y) = image(map(x, y) + field(x, y)): bilinear between the centres of the pixels, 0 outside of the
// image, rounded to the nearest byte. Keeps memory from image to image; one for each thread.
class Warp {
 public:
  // Images of this size are next. Allocates only when the size is another.
  void resize(std::int64_t rows, std::int64_t columns);
  // `field` lies as ElasticField says; `result` may be the image.
  void operator()(const std::uint8_t* image, const AffineMap& map, const float* field, std::uint8_t* result);

 private:
  void load(const std::uint8_t* image);

  std::int64_t rows_ = 0, columns_ = 0;
  std::int64_t stride_ = 0;
  std::vector<std::uint8_t> padded_;  // the image and zeros around it
  std::vector<std::uint32_t> cells_;  // the four pixels around a point in one number, that one load gets
  std::vector<std::uint8_t> line_;    // a row of the result, filled up to whole vectors
};

}  // namespace gradtable
