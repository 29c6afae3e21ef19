// Shapes of two operands that broadcast.
#pragma once

#include <string>
#include <vector>

#include "gradtable/core/shape.hpp"

namespace gradtable::testing {

struct Pair {
  std::string name;
  Shape a, b, c;
};

// Every pair of shapes that takes a way of its own through broadcasting.
inline const std::vector<Pair>& broadcast_pairs() {
  static const std::vector<Pair> pairs = {
      {"", {2, 3}, {2, 3}, {2, 3}},
      {" scalar_on_the_left", {}, {2, 3}, {2, 3}},
      {" scalar_on_the_right", {2, 3}, {}, {2, 3}},
      {" one_element_on_the_right", {2, 3}, {1, 1}, {2, 3}},
      {" row", {2, 3}, {3}, {2, 3}},
      {" column", {2, 1}, {2, 3}, {2, 3}},
      {" rank_3_with_rank_1", {2, 3, 2}, {2}, {2, 3, 2}},
      {" middle_axis", {2, 3, 2}, {2, 1, 2}, {2, 3, 2}},
      {" both_repeated", {2, 1}, {1, 3}, {2, 3}},
      {" alternating_axes", {2, 1, 3, 1}, {1, 2, 1, 2}, {2, 2, 3, 2}},
      {" no_rows", {0, 3}, {3}, {0, 3}},
      {" repeated_to_nothing", {2, 1}, {2, 0}, {2, 0}},
  };
  return pairs;
}

}  // namespace gradtable::testing
