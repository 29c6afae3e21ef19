// What a training would be, without training.
#pragma once

#include "apps/classifier/options.hpp"

namespace classifier {

// Writes the resolved config, the number of parameters, the memory planned and the operations of a step on
// standard output, and nothing anywhere else. Throws as training does for a config or data that it could not
// begin with.
void dry_run(const Program& program, const Options& options, Config config);

}  // namespace classifier
