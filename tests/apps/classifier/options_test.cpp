#include "apps/classifier/options.hpp"

#include <string>
#include <vector>

#include "apps/mnist_fcnn/model.hpp"
#include <gtest/gtest.h>

namespace classifier {
namespace {

CommandLine parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "mnist_fcnn");
  return parse_options(mnist_fcnn::program(), static_cast<int>(arguments.size()), arguments.data());
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

TEST(ParseOptions, RefusesWithOneErrorLineAndTheUsage) {
  struct Case {
    std::vector<const char*> arguments;
    std::string part;
  };
  const std::vector<Case> cases = {
      {{}, "CONFIG"},
      {{""}, "CONFIG: an empty name; expected a file"},
      {{"--quiet"}, "CONFIG"},
      {{"run.json", "--verbose"}, "--verbose"},
      {{"run.json", "-x"}, "-x"},
      {{"run.json", "other.json"}, "other.json"},
      {{"run.json", "--set"}, "--set"},
      {{"run.json", "--out"}, "--out"},
      {{"run.json", "--out", ""}, "--out: an empty name; expected a folder"},
      {{"run.json", "--threads"}, "--threads"},
      {{"run.json", "--threads", "two"}, "--threads: \"two\"; expected an integer"},
      {{"run.json", "--threads", "1.5"}, "--threads: \"1.5\"; expected an integer"},
      {{"run.json", "--threads", "99999999999999999999"}, "\"; expected an integer"},
      {{"run.json", "--threads", "1", "--threads", "2"}, "--threads"},
      {{"run.json", "--threads", "-1"}, "--threads: -1; expected an integer from 0 to 256"},
      {{"run.json", "--set", "training.epoch=1"}, "the nearest known key is \"training.epochs\""},
      {{"run.json", "--set", "training.epochs=0"}, "--set training.epochs: 0; expected an integer from 1"},
      {{"run.json", "--set", "seed"}, "--set"},
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
        line.error.substr(first_end + 1).starts_with("usage: mnist_fcnn [train|eval|predict] CONFIG "))
        << line.error;
    EXPECT_EQ(line.error.find('\n', first_end + 1), line.error.size() - 1) << line.error;
  }
}

TEST(ParseOptions, ReadsNumbersAsDecimal) {
  EXPECT_EQ(parse({"run.json", "--threads", "010"}).options->overrides.threads, 10);
}

TEST(ParseOptions, PrintsHelpWithEveryKeyAndVersion) {
  for (const auto& arguments : {std::vector<const char*>{"--help"}, {"-h"}, {"run.json", "--help"}}) {
    const CommandLine line = parse(arguments);
    EXPECT_FALSE(line.options);
    EXPECT_EQ(line.exit_code, 0);
    EXPECT_EQ(line.error, "");
    Config config;
    const auto table = config_table(config);
    for (const gradtable::Field& field : table.fields())
      EXPECT_NE(line.output.find("\n  " + field.key + " = "), std::string::npos) << field.key;
  }
  const CommandLine version = parse({"--version"});
  EXPECT_FALSE(version.options);
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_EQ(version.output, "mnist_fcnn " GRADTABLE_VERSION "\n");
}

}  // namespace
}  // namespace classifier
