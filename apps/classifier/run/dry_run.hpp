// What a training would be, without training.
#pragma once

#include "apps/classifier/command_line.hpp"

namespace classifier {

// Writes the resolved config on standard output and, unless options.quiet, the number of parameters, the
// memory of all programs and the operations of a step and an epoch behind it; nothing anywhere else. Throws
// as training does for a config or data that it could not begin with.
void dry_run(const Program& program, const Options& options, Config config);

}  // namespace classifier
