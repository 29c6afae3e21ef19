#include "apps/showcase/start.hpp"

#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gradtable/core/text.hpp>

namespace showcase {
namespace {

using gradtable::ExitCode;

std::string usage(const Program& program) {
  return fmt::format("usage: {} [--help] [--version]\n", program.name);
}

// Shows it when nothing else is asked for.
ExitCode run(const Program& program, int argc, const char* const* argv) {
  CLI::App app;
  app.set_help_flag("--help,-h");
  app.set_version_flag("--version", GRADTABLE_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}\n{}\n", usage(program), program.purpose);
    return ExitCode::ok;
  } catch (const CLI::CallForVersion&) {
    fmt::print("{} {}\n", program.name, GRADTABLE_VERSION);
    return ExitCode::ok;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}\n{}", gradtable::printable(error.what()), usage(program));
    return ExitCode::usage;
  }
  return program.show();
}

}  // namespace

int start(const Program& program, int argc, const char* const* argv) {
  return gradtable::run_program([&] { return run(program, argc, argv); });
}

}  // namespace showcase
