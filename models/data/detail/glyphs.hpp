// The shapes of the digits 0 to 9 as pen strokes, for the generator in digits.hpp.
#pragma once

#include <span>
#include <vector>

namespace gradtable::detail {

struct Point {
  float x = 0;
  float y = 0;
};

// Points that the pen passes in order; a point given twice is a corner. In hundredths of half a digit's
// height: x in [-65, 65] grows to the right, y in [-100, 100] downwards.
using Stroke = std::vector<Point>;
using Glyph = std::vector<Stroke>;

// The ways in which people write `digit`, 0 <= digit < 10.
std::span<const Glyph> glyphs_of(int digit);

}  // namespace gradtable::detail
