#include "apps/classifier/command_line.hpp"

#include <sstream>
#include <string>
#include <vector>

#include "tests/apps/programs.hpp"
#include "tests/support/variable.hpp"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

CommandLine parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "mnist_fcnn");
  return parse_options(program_named("mnist_fcnn"), static_cast<int>(arguments.size()), arguments.data());
}

TEST(ParseOptions, TakesOnlyAConfig) {
  const CommandLine line = parse({"run.json"});
  ASSERT_TRUE(line.options) << line.error;
  EXPECT_EQ(line.options->config, "run.json");
  EXPECT_TRUE(line.options->overrides.settings.empty());
  EXPECT_FALSE(line.options->overrides.out);
  EXPECT_FALSE(line.options->overrides.threads);
  EXPECT_FALSE(line.options->quiet);
}

TEST(ParseOptions, TakesEveryFlagOnEitherSideOfTheConfig) {
  const CommandLine line = parse({"--set", "seed=1", "run.json", "--set", "model.hidden=[64,32]", "--out",
                                  "o", "--threads", "2", "--quiet", "--set=output.dot="});
  ASSERT_TRUE(line.options) << line.error;
  EXPECT_EQ(line.options->config, "run.json");
  EXPECT_EQ(line.options->overrides.settings,
            (std::vector<std::string>{"seed=1", "model.hidden=[64,32]", "output.dot="}));
  EXPECT_EQ(line.options->overrides.out, "o");
  EXPECT_EQ(line.options->overrides.threads, 2);
  EXPECT_TRUE(line.options->quiet);
}

TEST(ParseOptions, TrainsWithoutACommand) {
  for (const auto& arguments : {std::vector<const char*>{"run.json"}, {"train", "run.json"}}) {
    const CommandLine line = parse(arguments);
    ASSERT_TRUE(line.options) << line.error;
    EXPECT_EQ(line.options->command, Command::train);
    EXPECT_EQ(line.options->config, "run.json");
    EXPECT_FALSE(line.options->init || line.options->resume || line.options->images);
    EXPECT_FALSE(line.options->dry_run || line.options->allow_nonfinite);
  }
}

TEST(ParseOptions, TakesWhatEachCommandHas) {
  const CommandLine train = parse({"--dry-run", "train", "run.json", "--resume", "c", "--allow-nonfinite"});
  ASSERT_TRUE(train.options) << train.error;
  EXPECT_EQ(train.options->resume, "c");
  EXPECT_TRUE(train.options->dry_run);
  EXPECT_TRUE(train.options->allow_nonfinite);
  const CommandLine eval = parse({"eval", "--init", "w", "run.json"});
  ASSERT_TRUE(eval.options) << eval.error;
  EXPECT_EQ(eval.options->command, Command::eval);
  EXPECT_EQ(eval.options->config, "run.json");
  EXPECT_EQ(eval.options->init, "w");
  EXPECT_EQ(eval.options->init_extra, gradtable::ExtraTensors::refuse);
  EXPECT_EQ(parse({"run.json", "--init", "w", "--init-extra", "ignore"}).options->init_extra,
            gradtable::ExtraTensors::ignore);
  const CommandLine predict = parse({"predict", "run.json", "--init=w", "--images=i"});
  ASSERT_TRUE(predict.options) << predict.error;
  EXPECT_EQ(predict.options->command, Command::predict);
  EXPECT_EQ(predict.options->images, "i");
  const CommandLine graph = parse({"graph", "run.json"});
  ASSERT_TRUE(graph.options) << graph.error;
  EXPECT_EQ(graph.options->command, Command::graph);
  EXPECT_EQ(graph.options->part, GraphPart::all);
  EXPECT_EQ(parse({"graph", "--part", "all", "run.json"}).options->part, GraphPart::all);
  EXPECT_EQ(parse({"graph", "run.json", "--part=gradient"}).options->part, GraphPart::gradient);
  EXPECT_EQ(parse({"graph", "run.json", "--part", "forward"}).options->part, GraphPart::forward);
  EXPECT_EQ(parse({"graph", "run.json", "--page", "p.html"}).options->page, "p.html");
}

TEST(ParseOptions, TakesAProfileOfATraining) {
  EXPECT_FALSE(parse({"run.json"}).options->overrides.profile);
  EXPECT_TRUE(parse({"run.json", "--profile"}).options->overrides.profile);
}

TEST(ParseOptions, TakesAConfigThatIsCalledAsACommand) {
  const CommandLine line = parse({"train", "eval"});
  ASSERT_TRUE(line.options) << line.error;
  EXPECT_EQ(line.options->command, Command::train);
  EXPECT_EQ(line.options->config, "eval");
}

// A usage of four lines that a terminal of a hundred columns does not break.
void expect_short_lines(const std::string& usage) {
  std::istringstream lines(usage);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LT(line.size(), 100U) << line;
  EXPECT_EQ(count, 4) << usage;
}

TEST(ParseOptions, RefusesWithOneErrorLineAndTheUsage) {
  struct Case {
    std::vector<const char*> arguments;
    std::string part;
  };
  const std::vector<Case> cases = {
      {{}, "CONFIG is required"},
      {{""}, "CONFIG: an empty name; expected a file"},
      {{"--quiet"}, "CONFIG is required"},
      {{"eval", ""}, "CONFIG: an empty name; expected a file"},
      {{"train"}, "CONFIG is required after a command"},
      {{"run.json", "other.json", "third.json"}, "third.json"},
      {{"evla", "run.json"}, "\"evla\" before \"run.json\"; expected one of train, eval, predict, graph"},
      {{"run.json", "--resume"}, "error: --resume: no file; expected --resume FILE"},
      {{"run.json", "--resume", ""}, "--resume: an empty name; expected a file"},
      {{"run.json", "--init"}, "error: --init: no file; expected --init FILE"},
      {{"run.json", "--init-extra", "ignore"}, "--init-extra: without --init; expected it with weights"},
      {{"run.json", "--init", "w", "--init-extra"},
       "error: --init-extra: no rule; expected --init-extra RULE"},
      {{"run.json", "--init", ""}, "--init: an empty name; expected a file"},
      {{"run.json", "--resume", "c", "--init", "w"}, "--resume: with --init"},
      {{"eval", "run.json", "--resume", "c"}, "--resume: with eval or predict"},
      {{"predict", "run.json", "--init", "w", "--dry-run"}, "--dry-run: with eval or predict"},
      {{"eval", "run.json"}, "--init: none; expected the weights"},
      {{"predict", "run.json"}, "--init: none; expected the weights"},
      {{"eval", "run.json", "--init", "w", "--images", "i"}, "--images: without predict"},
      {{"run.json", "--images", "i"}, "--images: without predict"},
      {{"predict", "run.json", "--init", "w", "--images", ""}, "--images: an empty name; expected a file"},
      {{"predict", "run.json", "--images"}, "error: --images: no file; expected --images FILE"},
      {{"eval", "run.json", "--init", "w", "--profile"}, "--profile: with eval or predict"},
      {{"graph", "run.json", "--profile"}, "--profile: with graph; expected it with train alone"},
      {{"run.json", "--part", "all"}, "--part: without graph; expected it with graph alone"},
      {{"graph", "run.json", "--part"}, "error: --part: no part; expected --part PART"},
      {{"run.json", "--page", "p"}, "--page: without graph; expected it with graph alone"},
      {{"graph", "run.json", "--page", ""}, "--page: an empty name; expected a file"},
      {{"graph", "run.json", "--init", "w"}, "--init: with graph; expected it with train, eval or predict"},
      {{"graph", "run.json", "--resume", "c"}, "--resume: with graph; expected it with train alone"},
      {{"graph", "run.json", "--dry-run"}, "--dry-run: with graph; expected it with train alone"},
      {{"run.json", "--set", "seed=1", "--set"}, "error: --set: no key and value; expected --set"},
      {{"run.json", "--resume", "--quiet"}, "error: --resume: no file before \"--quiet\"; expected a file"},
      {{"run.json", "--verbose"}, "--verbose"},
      {{"run.json", "-x"}, "-x"},
      {{"run.json", "other.json"}, "other.json"},
      {{"run.json", "--set"}, "error: --set: no key and value; expected --set key.path=value"},
      {{"run.json", "--out"}, "error: --out: no folder; expected --out DIR"},
      {{"run.json", "--out", ""}, "--out: an empty name; expected a folder"},
      {{"run.json", "--threads"}, "error: --threads: no number; expected --threads N"},
      {{"run.json", "--threads", "1", "--threads", "2"}, "error: --threads: 2 times; expected it once"},
      {{"run.json", "--set", "training.epoch=1"}, "the nearest known key is \"training.epochs\""},
      {{"run.json", "--set", "seed"},
       "error: --set seed: no value; expected one word, as in --set seed=VALUE"},
      {{"run.json", "--set", "seed", "2"}, "error: --set seed: no value; expected one word"},
      {{"train", "run.json", "--set", "seed", "2"}, "error: --set seed: no value; expected one word"},
      {{"run.json", "--quiet=maybe"}, "maybe"},
      {{"run.json", "--bad\xFF\nflag"}, "\\xff\\nflag"},
  };
  for (const Case& c : cases) {
    const CommandLine line = parse(c.arguments);
    EXPECT_FALSE(line.options) << c.part;
    EXPECT_EQ(line.exit_code, 2);
    EXPECT_EQ(line.output, "");
    EXPECT_TRUE(line.error.starts_with("error: ")) << line.error;
    const std::size_t first_end = line.error.find('\n');
    EXPECT_NE(line.error.substr(0, first_end).find(c.part), std::string::npos) << line.error;
    EXPECT_TRUE(
        line.error.substr(first_end + 1).starts_with("usage: mnist_fcnn [train|eval|predict|graph] CONFIG "))
        << line.error;
    expect_short_lines(line.error.substr(first_end + 1));
  }
}

TEST(ParseOptions, RefusesAValueWithOneSentence) {
  struct Case {
    std::vector<const char*> arguments;
    std::string error;
  };
  const std::vector<Case> cases = {
      {{"run.json", "--threads", "-1"}, "--threads: -1; expected an integer from 0 to 1024"},
      {{"run.json", "--threads", "two"}, "--threads: \"two\"; expected an integer"},
      {{"run.json", "--threads", "1.5"}, "--threads: \"1.5\"; expected an integer"},
      {{"run.json", "--threads", "99999999999999999999"},
       "--threads: \"99999999999999999999\"; expected an integer"},
      {{"run.json", "--init", "w", "--init-extra", "keep"},
       "--init-extra: \"keep\"; expected refuse or ignore"},
      {{"graph", "run.json", "--part", "backward"},
       "--part: \"backward\"; expected forward, gradient or all"},
      {{"run.json", "--set", "training.epochs=0"},
       "--set training.epochs: 0; expected an integer from 1 to 1000000000"},
      {{"run.json", "--set", "training.optimizer.learning_rate=fast"},
       "--set training.optimizer.learning_rate: \"fast\"; expected a number above 0 and at most 1000"},
      {{"run.json", "--set", "model={\"hidden\": [1,]}"},
       "--set model:1:14: a trailing comma; expected JSON, which has none"},
      {{"run.json", "--set", "output.dir=~bob/x"},
       "--set output.dir: \"~bob/x\"; expected ~/ for your home folder, or ./~ for a name that begins with "
       "~"},
      {{"~bob/run.json"},
       "CONFIG: \"~bob/run.json\"; expected ~/ for your home folder, or ./~ for a name that begins with ~"},
      {{"run.json", "--out", "~bob"},
       "--out: \"~bob\"; expected ~/ for your home folder, or ./~ for a name that begins with ~"},
  };
  for (const Case& c : cases) {
    const CommandLine line = parse(c.arguments);
    EXPECT_FALSE(line.options) << c.error;
    EXPECT_EQ(line.exit_code, 2);
    EXPECT_EQ(line.output, "");
    EXPECT_EQ(line.error, "error: " + c.error + "\n");
  }
}

TEST(ParseOptions, TakesATildeForTheHomeFolder) {
  const gradtable::testing::Variable home("HOME", "/the/home");
  const CommandLine line = parse({"predict", "~/run.json", "--init", "~/w", "--images", "~/i", "--out", "~"});
  ASSERT_TRUE(line.options) << line.error;
  EXPECT_EQ(line.options->config, "/the/home/run.json");
  EXPECT_EQ(line.options->init, "/the/home/w");
  EXPECT_EQ(line.options->images, "/the/home/i");
  EXPECT_EQ(line.options->overrides.out, "/the/home");
  EXPECT_EQ(parse({"run.json", "--resume=~/c"}).options->resume, "/the/home/c");
}

TEST(ParseOptions, ReadsNumbersAsDecimal) {
  EXPECT_EQ(parse({"run.json", "--threads", "010"}).options->overrides.threads, 10);
}

// What is printed where nothing is run.
std::string printed(const std::vector<const char*>& arguments) {
  const CommandLine line = parse(arguments);
  EXPECT_FALSE(line.options);
  EXPECT_EQ(line.exit_code, 0);
  EXPECT_EQ(line.error, "");
  return line.output;
}

TEST(ParseOptions, PrintsAHelpThatTellsOfTheOthers) {
  for (const auto& arguments : {std::vector<const char*>{"--help"}, {"-h"}, {"run.json", "--help"}}) {
    const std::string help = printed(arguments);
    EXPECT_TRUE(help.starts_with("usage: mnist_fcnn [train|eval|predict|graph] CONFIG ")) << help;
    EXPECT_NE(help.find("\n  --help-config "), std::string::npos);
    EXPECT_EQ(help.find("training.epochs"), std::string::npos);
  }
}

TEST(ParseOptions, PrintsEveryKey) {
  Config config = default_config(program_named("mnist_fcnn"));
  const auto table = config_table(config);
  const std::string help = printed({"--help-config"});
  for (const gradtable::config::Field& field : table.fields())
    EXPECT_NE(help.find("\n  " + field.key + " = "), std::string::npos) << field.key;
  EXPECT_NE(help.find("output.dir = \"runs/mnist_fcnn\""), std::string::npos);
}

TEST(ParseOptions, PrintsASchemaWithEveryKey) {
  const auto schema = nlohmann::json::parse(printed({"--config-schema"}));
  EXPECT_EQ(schema.at("title"), "config of mnist_fcnn");
  Config config = default_config(program_named("mnist_fcnn"));
  const auto table = config_table(config);
  for (const gradtable::config::Field& field : table.fields()) {
    std::string pointer = "/properties/" + field.key;
    for (std::size_t dot = pointer.find('.'); dot != std::string::npos; dot = pointer.find('.'))
      pointer.replace(dot, 1, "/properties/");
    const nlohmann::json& key = schema.at(nlohmann::json::json_pointer(pointer));
    EXPECT_EQ(key.at("description"), field.help);
    EXPECT_EQ(key.at("default"), field.write());
    EXPECT_TRUE(key.contains("type") || key.contains("enum") || key.contains("anyOf")) << field.key;
  }
}

TEST(ParseOptions, PrintsTheVersion) {
  EXPECT_EQ(printed({"--version"}), "mnist_fcnn " GRADTABLE_VERSION "\n");
}

}  // namespace
}  // namespace classifier
