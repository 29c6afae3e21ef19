// Op::forward called as a team of threads and a memory plan may call it.
#pragma once

#include <string>
#include <vector>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// The promises of an op (core/op.hpp) that do not hold when it computes y = op(inputs), a sentence for each:
// in even and uneven ranges of its parts, from inputs at any address, with poison in the slices of inputs
// that it promises not to read, over an input, and in blocks. `ids` identifies inputs that are one tensor.
std::vector<std::string> broken_promises(const Op& op, const std::vector<ConstView>& inputs,
                                         const std::vector<NodeId>& ids, const TensorType& type);

// |a - b| <= tolerance * max(1, |b|) for all elements; with a tolerance of 0, the same bits.
bool agree(const ConstView& a, const ConstView& b, double tolerance);

}  // namespace gradtable::detail
