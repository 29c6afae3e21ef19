// The values of nodes in one run, and what a page shows of them.
#pragma once

#include <map>
#include <span>
#include <string>

#include "gradtable/graph/program.hpp"
#include "gradtable/models/report/detail/graph_json.hpp"

namespace gradtable::report::detail {

using NodeValues = std::map<NodeId, Array>;

// Of the nodes, for these feeds. Throws what a program's run throws, as for a missing feed.
NodeValues values_of(Graph& graph, std::span<const NodeId> nodes, std::span<const Feed> feeds);

// {min, mean, max, zeros, histogram, numbers or picture}: zeros is the share of elements that are 0, the
// histogram counts in 16 steps from min to max. Up to 64 elements are rows of numbers as text; others are
// a PNG of at most 64 x 64 cells, each the mean of a block, blue below 0 and red above. Only finite elements
// count, except for `not_finite`, their number.
Json summary(const ConstView& value);

// In so many letters: "0 1 1 1", "all 0.0667", "-0.2 … 0.31".
std::string in_short(const ConstView& value, std::size_t most_letters);

}  // namespace gradtable::report::detail
