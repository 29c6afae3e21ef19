#include "apps/classifier/command_line.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/config/user_path.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

// As CLI11 reads them, before they are looked at.
struct Words {
  std::optional<std::string> first, second;  // CONFIG, or a command and CONFIG
  std::vector<std::string> settings;
  std::optional<std::string> out, threads, init, init_extra, resume, images, part, page;
  bool help_config = false, config_schema = false;
};

constexpr std::string_view kArguments =
    R"([train|eval|predict|graph] CONFIG [--init FILE] [--init-extra RULE]
         [--resume FILE] [--images FILE] [--part PART] [--page FILE] [--set key.path=value]...
         [--out DIR] [--threads N] [--profile] [--dry-run] [--allow-nonfinite] [--quiet]
         [--help] [--help-config] [--config-schema] [--version])";
constexpr std::string_view kHelp = R"(
  train                 train on images of digits, test, and write what was learned; without a command, too
  eval                  test the weights of --init
  predict               write what the weights of --init predict for images
  graph                 write the graph of a training step in the DOT language or as a page, without training
  CONFIG                the config: JSON, or the course's key = value lines when the name ends in .config

  --init FILE           begin with these weights, or test them
  --init-extra RULE     ignore: leave out tensors of that file that are none of the network's; refuse, the default
  --resume FILE         continue from this checkpoint; the bits are those of an uninterrupted training
  --images FILE         the images to predict, in place of the test set: IDX, or a PNG or PGM of one digit
  --part PART           what graph writes: forward, gradient (with the derivatives of the loss), or all, the default
  --page FILE           graph writes an HTML page to FILE in place of DOT: the algorithm step by step
  --dry-run             print the config with every default and what training would take, and leave
  --allow-nonfinite     take weights, and with eval a loss, that are infinite or not a number
  --set key.path=value  change a key of the config; may stand more than once, the last one wins
  --out DIR             write the results to DIR, from the working directory, in place of output.dir
  --threads N           most threads that compute, in place of the config's
  --profile             write where the time of a training step goes: output.profile, profile.txt unless it is set
  --quiet               no progress; with --dry-run the config alone
  --help                print this and leave
  --help-config         print every key of the config, its default and what it may be, and leave
  --config-schema       print the JSON Schema of the config, for editors, and leave
  --version             print the version and leave

Exit codes: 0 done, 2 command line or config, 3 data set, 4 checkpoint or weights, 5 numerical failure, 6 input or
output, 130 interrupted.
The environment's MNIST_DIR takes the place of a data.dir that is called mnist.
)";

std::string usage(const Program& program) {
  return fmt::format("usage: {} {}\n", program.name, kArguments);
}

std::string help_text(const Program& program) {
  return fmt::format("{}\nTrains and uses {}, a classifier of images.\n{}", usage(program), program.purpose,
                     kHelp);
}

std::string config_help(const Program& program) {
  Config defaults = default_config(program);
  return fmt::format("Keys of the config of {}, their defaults and what they may be:\n{}", program.name,
                     config_table(defaults).help());
}

std::string config_schema(const Program& program) {
  Config defaults = default_config(program);
  const std::string title = fmt::format("config of {}", program.name);
  return config_table(defaults).schema(title).dump(2) + "\n";
}

CommandLine printed(std::string text) {
  return {.options = {}, .output = std::move(text), .error = {}};
}

CommandLine usage_error(const Program& program, std::string_view what) {
  return {.options = {},
          .output = {},
          .error = fmt::format("error: {}\n{}", gradtable::printable(what), usage(program)),
          .exit_code = kExitUsage};
}

// The whole of `text` as a number: the parser of the library would take 010 for 8.
std::optional<std::int64_t> as_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

CommandLine value_error(std::string_view what) {
  return {.options = {},
          .output = {},
          .error = fmt::format("error: {}\n", gradtable::printable(what)),
          .exit_code = kExitUsage};
}

// A mistake in the words, to be answered with the usage.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void require(bool holds, std::string_view message) {
  if (!holds) throw UsageError(std::string(message));
}

// The options that have a value, and what it is.
struct Valued {
  std::string_view name, placeholder, kind;
};
constexpr Valued kValued[] = {{"--set", "key.path=value", "key and value"},
                              {"--out", "DIR", "folder"},
                              {"--threads", "N", "number"},
                              {"--init", "FILE", "file"},
                              {"--init-extra", "RULE", "rule"},
                              {"--resume", "FILE", "file"},
                              {"--images", "FILE", "file"},
                              {"--part", "PART", "part"},
                              {"--page", "FILE", "file"}};

// Says of which of them the parser speaks: it has no kind of error for each, only words.
[[noreturn]] void refuse_count(const CLI::App& app, const CLI::ArgumentMismatch& error) {
  for (const auto& [name, placeholder, kind] : kValued) {
    if (!std::string_view(error.what()).starts_with(fmt::format("{}:", name))) continue;
    const std::size_t values = app.get_option(std::string(name))->results().size();
    if (name != "--set" && values > 1)
      throw UsageError(fmt::format("{}: {} times; expected it once", name, values));
    throw UsageError(fmt::format("{0}: no {1}; expected {0} {2}", name, kind, placeholder));
  }
  throw error;
}

void define(CLI::App& app, Words& words, Options& options) {
  app.set_help_flag("--help,-h");
  app.set_version_flag("--version", GRADTABLE_VERSION);
  app.add_option("CONFIG", words.first);
  app.add_option("CONFIG_AFTER_COMMAND", words.second);
  app.add_option("--set", words.settings)->allow_extra_args(false);
  app.add_option("--out", words.out);
  app.add_option("--threads", words.threads);
  app.add_option("--init", words.init);
  app.add_option("--init-extra", words.init_extra);
  app.add_option("--resume", words.resume);
  app.add_option("--images", words.images);
  app.add_option("--part", words.part);
  app.add_option("--page", words.page);
  app.add_flag("--profile", options.overrides.profile);
  app.add_flag("--dry-run", options.dry_run);
  app.add_flag("--allow-nonfinite", options.allow_nonfinite);
  app.add_flag("--quiet", options.quiet);
  app.add_flag("--help-config", words.help_config);
  app.add_flag("--config-schema", words.config_schema);
}

// Each --set is one word: the value of "--set key value" would be taken for a config.
void require_values(const CLI::App& app) {
  for (const std::string& setting : app.get_option("--set")->results())
    if (setting.find('=') == std::string::npos)
      throw UsageError(fmt::format("--set {0}: no value; expected one word, as in --set {0}=VALUE", setting));
}

void parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ArgumentMismatch& error) {
    refuse_count(app, error);
  } catch (const CLI::ExtrasError&) {
    require_values(app);
    throw;
  }
  require_values(app);
}

std::optional<Command> as_command(std::string_view word) {
  if (word == "train") return Command::train;
  if (word == "eval") return Command::eval;
  if (word == "predict") return Command::predict;
  if (word == "graph") return Command::graph;
  return std::nullopt;
}

// The command and the config.
void read_positions(const Words& words, Options& options) {
  require(words.first.has_value(), "CONFIG is required");
  const std::optional<Command> command = as_command(*words.first);
  require(!command || words.second, "CONFIG is required after a command");
  if (words.second && !command)
    throw UsageError(fmt::format("{} before {}; expected one of train, eval, predict, graph before CONFIG",
                                 gradtable::in_quotes(*words.first), gradtable::in_quotes(*words.second)));
  options.command = command.value_or(Command::train);
  const std::string& config = command ? *words.second : *words.first;
  require(!config.empty(), "CONFIG: an empty name; expected a file");
  options.config = gradtable::config::user_path(config, "CONFIG");
}

std::optional<std::filesystem::path> as_path(std::string_view name, const std::optional<std::string>& word,
                                             std::string_view kind) {
  if (!word) return std::nullopt;
  if (word->empty()) throw UsageError(fmt::format("{}: an empty name; expected a {}", name, kind));
  if (word->starts_with("--"))  // the parser takes the option that follows for the name
    throw UsageError(
        fmt::format("{}: no {} before {}; expected a {}", name, kind, gradtable::in_quotes(*word), kind));
  return gradtable::config::user_path(*word, name);
}

gradtable::ExtraTensors as_rule(const std::optional<std::string>& word) {
  if (!word || *word == "refuse") return gradtable::ExtraTensors::refuse;
  if (*word == "ignore") return gradtable::ExtraTensors::ignore;
  throw gradtable::ConfigError(
      fmt::format("--init-extra: {}; expected refuse or ignore", gradtable::in_quotes(*word)));
}

GraphPart as_part(const std::optional<std::string>& word) {
  if (!word || *word == "all") return GraphPart::all;
  if (*word == "gradient") return GraphPart::gradient;
  if (*word == "forward") return GraphPart::forward;
  throw gradtable::ConfigError(
      fmt::format("--part: {}; expected forward, gradient or all", gradtable::in_quotes(*word)));
}

void read_words(const Words& words, Options& options) {
  read_positions(words, options);
  options.init = as_path("--init", words.init, "file");
  options.init_extra = as_rule(words.init_extra);
  require(!words.init_extra || options.init, "--init-extra: without --init; expected it with weights");
  options.resume = as_path("--resume", words.resume, "file");
  options.images = as_path("--images", words.images, "file");
  options.part = as_part(words.part);
  require(!words.part || options.command == Command::graph,
          "--part: without graph; expected it with graph alone");
  options.page = as_path("--page", words.page, "file");
  require(!options.page || options.command == Command::graph,
          "--page: without graph; expected it with graph alone");
  options.overrides.settings = words.settings;
  options.overrides.out = as_path("--out", words.out, "folder");
  if (!words.threads) return;
  options.overrides.threads = as_integer(*words.threads);
  if (!options.overrides.threads)
    throw gradtable::ConfigError(
        fmt::format("--threads: {}; expected an integer", gradtable::in_quotes(*words.threads)));
}

void require_together(const Options& options) {
  const bool training = options.command == Command::train, drawing = options.command == Command::graph;
  require(!options.init || !options.resume, "--resume: with --init; expected one of them");
  const std::string_view other = drawing ? "graph" : "eval or predict";
  require(training || !options.resume, fmt::format("--resume: with {}; expected it with train alone", other));
  require(training || !options.dry_run,
          fmt::format("--dry-run: with {}; expected it with train alone", other));
  require(training || !options.overrides.profile,
          fmt::format("--profile: with {}; expected it with train alone", other));
  require(!drawing || !options.init, "--init: with graph; expected it with train, eval or predict");
  require(training || drawing || options.init,
          "--init: none; expected the weights that eval and predict are of");
  require(options.command == Command::predict || !options.images,
          "--images: without predict; expected it with predict alone");
}

// Settings that are good for no config.
void require_possible(const Program& program, const Overrides& overrides) {
  Config scratch = default_config(program);
  const gradtable::config::Table table = config_table(scratch);
  for (const std::string& setting : overrides.settings) table.set(setting);
  if (overrides.threads) table.set("threads", *overrides.threads, "--threads");
}

}  // namespace

CommandLine parse_options(const Program& program, int argc, const char* const* argv) {
  Words words;
  Options options;
  CLI::App app;
  define(app, words, options);
  try {
    parse(app, argc, argv);
    if (words.help_config) return printed(config_help(program));
    if (words.config_schema) return printed(config_schema(program));
    read_words(words, options);
    require_together(options);
    require_possible(program, options.overrides);
  } catch (const CLI::CallForHelp&) {
    return printed(help_text(program));
  } catch (const CLI::CallForVersion&) {
    return printed(fmt::format("{} {}\n", program.name, GRADTABLE_VERSION));
  } catch (const gradtable::config::KeyError& error) {
    return usage_error(program, error.what());
  } catch (const gradtable::ConfigError& error) {  // a value is wrong, which no usage makes clearer
    return value_error(error.what());
  } catch (const std::runtime_error& error) {  // of the words or the parser
    return usage_error(program, error.what());
  }
  return {.options = std::move(options), .output = {}, .error = {}};
}

}  // namespace classifier
