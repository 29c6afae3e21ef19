#include "apps/mnist_fcnn/options.hpp"

#include <charconv>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/config/text.hpp>
#include <nlohmann/json.hpp>

namespace mnist_fcnn {
namespace {

constexpr std::string_view kUsage =
    "usage: mnist_fcnn CONFIG [--set key.path=value]... [--out DIR] [--threads N] [--quiet] [--help] "
    "[--version]\n";
constexpr std::string_view kHelp = R"(
Trains a fully connected network on images of digits, tests it, and writes what it predicts.

  CONFIG                the config: JSON, or the course's key = value lines when the name ends in .config
  --set key.path=value  change a key of the config; may stand more than once, the last one wins
  --out DIR             write the results to DIR, from the working directory, in place of output.dir
  --threads N           most threads that compute, in place of the config's
  --quiet               no progress
  --help, --version     print this, or the version, and leave

Exit codes: 0 done, 2 command line or config, 3 data set, 5 numerical failure, 6 input or output, 130 interrupted.
The environment's MNIST_DIR takes the place of data.dir in the file.

Config keys, their defaults and what they may be:
)";

std::string help_text() {
  Config defaults;
  return fmt::format("{}{}{}", kUsage, kHelp, config_table(defaults).help());
}

CommandLine usage_error(std::string_view what) {
  return {.options = {},
          .output = {},
          .error = fmt::format("error: {}\n{}", gradtable::printable(what), kUsage),
          .exit_code = kExitUsage};
}

// The whole of `text` as a number: the parser of the library would take 010 for 8.
std::optional<std::int64_t> as_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// What is wrong with the settings by themselves; nothing when they are good for any config.
std::optional<std::string> fault_of(const Overrides& overrides) {
  Config scratch;
  const gradtable::ConfigTable table = config_table(scratch);
  try {
    for (const std::string& setting : overrides.settings) table.set(setting);
    if (overrides.threads) table.set("threads", *overrides.threads, "--threads");
  } catch (const gradtable::ConfigError& error) {
    return error.what();
  }
  return std::nullopt;
}

}  // namespace

CommandLine parse_options(int argc, const char* const* argv) {
  Options options;
  std::string config, out, threads;
  std::vector<std::string> settings;
  CLI::App app;
  app.set_help_flag("--help,-h");
  app.set_version_flag("--version", GRADTABLE_VERSION);
  app.add_option("CONFIG", config)->required();
  app.add_option("--set", settings)->allow_extra_args(false);
  const CLI::Option* out_option = app.add_option("--out", out);
  const CLI::Option* threads_option = app.add_option("--threads", threads);
  app.add_flag("--quiet", options.quiet);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return {.options = {}, .output = help_text(), .error = {}};
  } catch (const CLI::CallForVersion&) {
    return {.options = {}, .output = "mnist_fcnn " GRADTABLE_VERSION "\n", .error = {}};
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  if (config.empty()) return usage_error("CONFIG: an empty name; expected a file");
  if (*out_option && out.empty()) return usage_error("--out: an empty name; expected a folder");
  options.config = config;
  options.overrides.settings = std::move(settings);
  if (*out_option) options.overrides.out = out;
  if (*threads_option) {
    options.overrides.threads = as_integer(threads);
    if (!options.overrides.threads)
      return usage_error(fmt::format("--threads: {}; expected an integer", gradtable::in_quotes(threads)));
  }
  if (const auto fault = fault_of(options.overrides)) return usage_error(*fault);
  return {.options = std::move(options), .output = {}, .error = {}};
}

}  // namespace mnist_fcnn
