// Your own picture of a digit as an image like those of MNIST.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradtable/models/data/picture_file.hpp"

namespace gradtable {

struct OwnDigit {
  std::vector<std::uint8_t> pixels;  // rows x columns, bright on dark
  std::string done;                  // what was done to the picture, for people
};

// The picture as an image of this size.
// 1. It is inverted when its border is bright: when the median of its outermost pixels is nearer to its
//    brightest shade than to its darkest.
// 2. A picture of this size is then taken as it is. Of another:
// 3. Shades are stretched: with the border's median at 0 and the brightest at 1, those up to 0.2 become 0 and
//    those from 0.8 on 1. So the paper's shadows vanish.
// 4. It is scaled, by means over areas, so that the box around the digit fits in 20/28 of the image, and put
//    so that the digit's centre of mass is in the middle: as the images of MNIST were made.
// Throws DataError for a picture of one shade.
OwnDigit as_digit(const GrayPicture& picture, std::int64_t rows, std::int64_t columns);

}  // namespace gradtable
