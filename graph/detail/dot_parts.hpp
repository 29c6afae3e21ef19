// Clusters and edges in the DOT language.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "gradtable/core/node.hpp"

namespace gradtable::detail {

// The first lines of the cluster of a band (GraphLayout::bands) whose nodes are of this phase.
std::string cluster_begin(Phase phase, int band);

struct DotEdge {
  std::string from, to;
  std::optional<std::size_t> input = {};  // the number at its head
  bool has_rows = false;                  // whether the drawing has rows; then:
  bool in_row = false;                    // both ends stand in one
  bool is_across = false;                 // from band to band
  bool is_forward = false;                // both ends are of the forward pass
};

// A line. Where there are rows, the forward pass alone says what stands below what.
std::string to_dot(const DotEdge& edge);

}  // namespace gradtable::detail
