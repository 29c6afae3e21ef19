// The work of a program: initialization, training, evaluation.
#pragma once

#include "apps/classifier/command_line.hpp"
#include <gradtable/models/io/exit_codes.hpp>

namespace classifier {

// Returns ok, or interrupted after a signal, when what was learned until then has been written. Throws what
// gradtable::run_program turns into the other exit codes.
gradtable::ExitCode run(const Program& program, const Options& options);

}  // namespace classifier
