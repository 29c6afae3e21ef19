#include "apps/showcase/start.hpp"

#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>

namespace showcase {
namespace {

using gradtable::ConfigError;
using gradtable::ExitCode;
using gradtable::in_quotes;

std::string usage(const Program& program) {
  return fmt::format("{}{}{} [--help] [--version]", program.name, program.arguments.empty() ? "" : " ",
                     program.arguments);
}

std::string help(const Program& program) {
  return fmt::format(
      "usage: {}\n\n{}\n\n{}  --help, -h   this text\n  --version    the version\n\n"
      "Exit codes: 0 ok, 2 usage, 6 output.\n",
      usage(program), program.purpose, program.options);
}

// The parser has no kind of error for too few values and too many.
[[noreturn]] void refuse_count(const Program& program, const CLI::App& app, std::string_view message) {
  const std::string name(message.substr(0, message.find(':')));
  const CLI::Option* option = app.get_option_no_throw(name);
  if (option != nullptr && option->results().size() > 1)
    throw ConfigError(fmt::format("{}: {} times; expected it once", name, option->results().size()));
  throw ConfigError(fmt::format("{}: no value; expected {}", name, usage(program)));
}

void parse(const Program& program, CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    throw;
  } catch (const CLI::CallForVersion&) {
    throw;
  } catch (const CLI::ArgumentMismatch& error) {
    refuse_count(program, app, error.what());
  } catch (const CLI::ParseError& error) {
    throw ConfigError(fmt::format("{}; expected {}", error.what(), usage(program)));
  }
  if (const std::vector<std::string> rest = app.remaining(); !rest.empty())
    throw ConfigError(fmt::format("found {}; expected {}", in_quotes(rest.front()), usage(program)));
}

ExitCode run(const Program& program, int argc, const char* const* argv) {
  CLI::App app;
  app.set_help_flag("--help,-h");
  app.set_version_flag("--version", GRADTABLE_VERSION);
  app.allow_extras();
  if (program.define) program.define(app);
  try {
    parse(program, app, argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", help(program));
    return ExitCode::ok;
  } catch (const CLI::CallForVersion&) {
    fmt::print("{} {}\n", program.name, GRADTABLE_VERSION);
    return ExitCode::ok;
  }
  return program.show();
}

}  // namespace

int start(const Program& program, int argc, const char* const* argv) {
  return gradtable::run_program([&] { return run(program, argc, argv); });
}

}  // namespace showcase
