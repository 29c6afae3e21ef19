// Numbers in a row that nobody stores: models ask for many of them in a few bytes.
#pragma once

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

// 0, 1, ..., count - 1 in float64, (count), made when it runs; the constants that it is made of hold about
// 2 sqrt(count) numbers. count > 0.
Tensor counting(Graph& graph, std::int64_t count);

}  // namespace gradtable::detail
