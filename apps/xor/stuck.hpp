// Why gradient descent does not lead on.
#pragma once

#include <string>
#include <vector>

#include "apps/xor/network.hpp"

namespace xor_example {

// What hidden units and gradients say of it at the parameters of now, a sentence each: units that are 0 for
// all four points and the gradients that are 0 for that, units that are linear, points for which all units
// are 0, and the largest gradient.
std::vector<std::string> why_stuck(const XorNetwork& network);

}  // namespace xor_example
