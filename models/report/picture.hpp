// Small pictures made of numbers: images of a data set, and weights.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable::report {

enum class Colours {
  gray,       // black at 0, white at 255
  diverging,  // blue at 0, white at 128, red at 255
};

// rows x columns bytes, row-major.
struct Picture {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  Colours colours = Colours::gray;
  std::vector<std::uint8_t> bytes;
};

// Whether a picture of this size is shown: from 1 to 4096 rows and columns.
bool is_shown(std::int64_t rows, std::int64_t columns);

// The PNG file of a picture: 8-bit gray, or 8-bit RGB for diverging colours. Throws DataError when a picture
// of its size is not shown, or has another number of bytes.
std::string png(const Picture& picture);

// Weights on one common scale, so that pictures can be compared: blue at -limit, white at 0, red at limit.
struct WeightPictures {
  double limit = 0;  // the 99th percentile of |w|; what lies beyond has the colour of the limit
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<Picture> pictures;  // none where their size is not shown
  std::string_view what;          // "units", "kernels" or, in the rows of one picture, "outputs"
  std::int64_t of = 0;            // of these; the pictures show the first ones
  std::int64_t inputs = 0;        // of outputs: the columns of their picture show the first of these
};

// The weights of each unit of a layer after images: column j of W (rows*columns, units), folded to rows x
// columns. Throws ShapeError when W is of another shape; float32 or float64.
WeightPictures unit_pictures(const ConstView& weights, std::int64_t rows, std::int64_t columns,
                             std::int64_t most = 64);

// The kernels of a convolution with w (M,C,rows,columns), channel by channel of each filter. Throws
// ShapeError for another number of axes; float32 or float64.
WeightPictures filter_pictures(const ConstView& weights, std::int64_t most = 64);

// A matrix of weights W (inputs,outputs) as one picture: a row for each of the first `most` outputs, a column
// for each of the first `most` inputs. Throws ShapeError for another number of axes; float32 or float64.
WeightPictures matrix_picture(const ConstView& weights, std::int64_t most = 256);

}  // namespace gradtable::report
