// Where a number that is not finite came from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradtable/graph/computation.hpp"

namespace gradtable::detail {

// The numbers of an input of the computation's graph.
struct FedInput {
  std::string name;
  ConstView value;
};

// The first element that is not finite; there is one.
double first_not_finite(const ConstView& view);

// Computes the nodes of a computation one by one, and throws NotFiniteError: its message is about the first
// that is not finite, its `first` is the name of that node or of the next one that has a name. It throws with
// all of them finite, too, since a program that computes the same in another order has found one that is not.
// `found` is that of the error.
[[noreturn]] void throw_first_not_finite(const Computation& computation, const std::vector<FedInput>& fed,
                                         double found);

// Who a node is, for plans, which stand beside drawings: "hidden (relu)", or "%16 (matmul of images, W1)"
// where there is no name, by its number in the user's graph.
std::string description(const Computation& computation, NodeId id);

// The same where drawings do not help, with the user's line: "hidden (relu)  [train.cpp:24]", or "matmul of
// images, W1  [train.cpp:24]".
std::string in_message(const Computation& computation, NodeId id);

}  // namespace gradtable::detail
