// Programs that show one thing, always the same: they take no arguments.
#pragma once

#include <functional>
#include <string>

#include <gradtable/models/io/exit_codes.hpp>

namespace showcase {

struct Program {
  std::string name;     // "xor"
  std::string purpose;  // a sentence for the help
  std::function<gradtable::ExitCode()> show;
};

// Shows it, or answers --help and --version. Anything else is answered on standard error, with the usage, and
// exit code 2. Returns the exit code; does not throw.
int start(const Program& program, int argc, const char* const* argv);

}  // namespace showcase
