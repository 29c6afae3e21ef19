// The command line of a program.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "apps/classifier/config/load.hpp"
#include <gradtable/models/training/weights.hpp>

namespace classifier {

inline constexpr int kExitUsage = 2;

enum class Command { train, eval, predict, graph };

// What is drawn of a training step: the loss; with the gradients of all parameters; with the updates, too.
enum class GraphPart { forward, gradient, all };

struct Options {
  Command command = Command::train;
  std::filesystem::path config;
  Overrides overrides = {};
  std::optional<std::filesystem::path> init = {};  // weights to begin with, or to evaluate
  gradtable::ExtraTensors init_extra = gradtable::ExtraTensors::refuse;
  std::optional<std::filesystem::path> resume = {};  // a checkpoint to continue from
  std::optional<std::filesystem::path> images = {};  // to predict, in place of the test set
  GraphPart part = GraphPart::all;                   // to draw
  std::optional<std::filesystem::path> page = {};    // what is drawn, as HTML, in place of DOT
  bool dry_run = false;
  bool allow_nonfinite = false;
  bool quiet = false;
};

// What the command line asks for: to run with `options`, or, when there are none, to print and leave.
struct CommandLine {
  std::optional<Options> options;
  std::string output;  // for standard output: a help text, the schema or the version
  // For standard error: "error: ...", and the usage where it helps, each line with its end.
  std::string error;
  int exit_code = 0;
};

// Does not throw for anything that stands in argv. Options that do not go together, and settings of keys that
// no config has, are refused here with the usage; values that no config can have, without it.
CommandLine parse_options(const Program& program, int argc, const char* const* argv);

}  // namespace classifier
