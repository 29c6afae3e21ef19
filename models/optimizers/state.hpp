// Checks of the state of optimizers that is read from a file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "gradtable/core/array.hpp"

namespace gradtable {

struct OptimizerCounts {
  std::int64_t updates = 0;  // made so far
  std::int64_t summed = 0;   // examples whose gradients wait for their update
};

// Throws CheckpointError unless the state of optimizers is possible: squares, their means and the weights of
// gradients are not below 0, steps are whole numbers from 0 on; where `counts` are known, steps and weights
// are these. `values` are those of parameters by name, `source` begins the message. NaN in what is not a
// count passes: require_finite finds it.
void require_possible_state(const std::map<std::string, Array>& values, const std::string& source,
                            const std::optional<OptimizerCounts>& counts = {});

}  // namespace gradtable
