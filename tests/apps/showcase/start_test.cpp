#include "apps/showcase/start.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/process.hpp"
#include <gradtable/core/text.hpp>
#include <gtest/gtest.h>

namespace showcase {
namespace {

using gradtable::testing::ProcessResult;

class Showcase : public ::testing::TestWithParam<std::string> {
 protected:
  static ProcessResult run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), GRADTABLE_PROGRAMS "/" + GetParam());
    return gradtable::testing::run_process(arguments);
  }
};

TEST_P(Showcase, AnswersForHelpAndVersionAlone) {
  for (const char* flag : {"--help", "-h"}) {
    const ProcessResult help = run({flag});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_EQ(help.err, "");
    EXPECT_TRUE(help.out.starts_with("usage: " + GetParam())) << help.out;
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
    for (const char* part :
         {" [--help] [--version]\n\n", "\n  --help, -h ", "\n  --version ", "\nExit codes: 0 ok"})
      EXPECT_TRUE(gradtable::testing::contains(help.out, part));
  }
  const ProcessResult version = run({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_EQ(version.out, GetParam() + " " GRADTABLE_VERSION "\n");
}

TEST_P(Showcase, ExplainsEachOptionOfItsUsage) {
  const std::string help = run({"--help"}).out, usage = help.substr(0, help.find('\n'));
  for (std::size_t at = usage.find("[--"); at != std::string::npos; at = usage.find("[--", at + 1)) {
    const std::string option = usage.substr(at + 1, usage.find_first_of(" ]", at) - at - 1);
    EXPECT_TRUE(gradtable::testing::contains(help, "\n  " + option));
  }
}

TEST_P(Showcase, RefusesEveryOtherArgumentInOneSentenceAndShowsNothing) {
  for (const std::string argument : {"config.json", "--quiet", "-x", "", "two\nlines"}) {
    const ProcessResult result = run({argument});
    EXPECT_EQ(result.exit_code, 2) << argument;
    EXPECT_EQ(result.out, "") << argument;
    EXPECT_TRUE(result.err.starts_with("error: ")) << result.err;
    EXPECT_TRUE(gradtable::testing::contains(result.err, gradtable::printable(argument)));
    EXPECT_TRUE(gradtable::testing::contains(result.err, "; expected ")) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }
}

TEST_P(Showcase, SaysWhenNobodyTakesWhatItShows) {
  for (const std::string arguments : {"", " --help", " --version"}) {
    const ProcessResult result = gradtable::testing::run_process(
        {"sh", "-c", GRADTABLE_PROGRAMS "/" + GetParam() + arguments + " > /dev/full"});
    EXPECT_EQ(result.exit_code, 6) << arguments;
    EXPECT_EQ(result.err,
              "error: standard output: No space left on device; expected a place that takes all of it\n")
        << arguments;
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, Showcase, ::testing::Values("xor", "small_networks", "lectures"),
                         [](const auto& program) { return program.param; });

}  // namespace
}  // namespace showcase
