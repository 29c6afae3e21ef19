// The command line of mnist_fcnn.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "apps/mnist_fcnn/config.hpp"

namespace mnist_fcnn {

inline constexpr int kExitUsage = 2;

struct Options {
  std::filesystem::path config;
  Overrides overrides;
  bool quiet = false;
};

// What the command line asks for: to run with `options`, or, when there are none, to print and leave.
struct CommandLine {
  std::optional<Options> options;
  std::string output;  // for standard output: the help text or the version
  std::string error;   // for standard error: "error: ..." and the usage line, each with its line end
  int exit_code = 0;
};

// Does not throw for anything that stands in argv. Settings of keys or values that no config can have are
// refused here, with the usage line.
CommandLine parse_options(int argc, const char* const* argv);

}  // namespace mnist_fcnn
