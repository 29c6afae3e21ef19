// Ranges of a matrix's elements as rectangles.
#pragma once

#include <algorithm>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// A rectangle of a matrix.
struct Rectangle {
  std::int64_t row_begin, row_end, column_begin, column_end;
};

// Calls f for at most three rectangles that hold the elements [begin, end) of a row-major matrix.
template <class F>
void for_rectangles(std::int64_t columns, Parts elements, F&& f) {
  std::int64_t begin = elements.begin;
  while (begin < elements.end) {
    const std::int64_t row = begin / columns, column = begin % columns;
    const std::int64_t whole_rows = (elements.end - begin) / columns;
    if (column == 0 && whole_rows > 0) {
      f(Rectangle{row, row + whole_rows, 0, columns});
      begin += whole_rows * columns;
    } else {
      const std::int64_t end = std::min(columns, column + elements.end - begin);
      f(Rectangle{row, row + 1, column, end});
      begin += end - column;
    }
  }
}

}  // namespace gradtable::detail
