// The work of mnist_fcnn: initialization, training, evaluation.
#pragma once

#include "apps/mnist_fcnn/options.hpp"
#include <gradtable/models/io/exit_codes.hpp>

namespace mnist_fcnn {

// Returns ok, or interrupted after a signal, when what was learned until then has been written. Throws what
// gradtable::run_program turns into the other exit codes.
gradtable::ExitCode run(const Options& options);

}  // namespace mnist_fcnn
