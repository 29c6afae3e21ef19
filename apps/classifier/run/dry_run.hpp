// The size of a training, without training.
#pragma once

#include "apps/classifier/command_line.hpp"

namespace classifier {

// Writes the resolved config on standard output and, unless options.quiet, the number of parameters, the
// memory of all programs and the operations of a step and an epoch after it; nothing anywhere else. Throws
// as training does for a config or data with which it could not begin.
void dry_run(const Program& program, const Options& options, Config config);

}  // namespace classifier
