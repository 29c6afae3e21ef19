// The main function of a program that trains and uses a classifier.
#pragma once

#include "apps/classifier/config/program.hpp"

namespace classifier {

// Does what the command line asks for. Returns the exit code of the process; does not throw.
int start(const Program& program, int argc, const char* const* argv);

}  // namespace classifier
