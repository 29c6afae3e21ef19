// Programs that show something: their command lines and their ends.
#pragma once

#include <functional>
#include <string>

#include <gradtable/models/io/exit_codes.hpp>

namespace CLI {
class App;
}

namespace showcase {

struct Program {
  std::string name;            // "xor"
  std::string purpose;         // a sentence for the help
  std::string arguments = {};  // for the usage: "[--seed N]"
  std::string options = {};    // a line of the help for each, indented by two
  // Adds options and arguments to the parser. An option that may stand more than once says so to it.
  std::function<void(CLI::App&)> define = {};
  std::function<gradtable::ExitCode()> show;
};

// Shows it, or answers --help and --version. Arguments that the program does not take are one sentence on
// standard error and exit code 2; so is a ConfigError of `show`. Returns the exit code; does not throw.
int start(const Program& program, int argc, const char* const* argv);

}  // namespace showcase
