#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

namespace xor_example {
namespace {

using gradtable::testing::contains;
using gradtable::testing::ProcessResult;

ProcessResult run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), GRADTABLE_PROGRAMS "/xor");
  return gradtable::testing::run_process(arguments);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Xor, ShowsASolutionGivenAndOneLearned) {
  const ProcessResult result = run({});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  for (const char* part : {"The solution of the book", ": learned in ", " steps of gradient descent"})
    EXPECT_TRUE(contains(result.out, part));
  EXPECT_FALSE(contains(result.out, "\n   dJ/dW "));
}

TEST(Xor, LearnsFromTheGivenSeedAlone) {
  for (const std::string seed : {"0", "3", "18446744073709551615"}) {
    const ProcessResult result = run({"--seed", seed});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(count(result.out, "\nSeed "), 1U) << result.out;
    EXPECT_TRUE(contains(result.out, "\nSeed " + seed + ": "));
  }
}

TEST(Xor, SaysWhyItIsStuck) {
  int stuck = 0;
  for (int seed = 1; seed <= 10; ++seed) {
    const std::string out = run({"--seed", std::to_string(seed)}).out;
    const bool is_stuck = out.find("stuck at a loss of ") != std::string::npos;
    EXPECT_EQ(is_stuck, out.find("The largest of the nine gradients is ") != std::string::npos) << out;
    if (!is_stuck) continue;
    ++stuck;
    EXPECT_TRUE(contains(out, " for all four points") || contains(out, "All units are 0 at ")) << out;
  }
  EXPECT_GT(stuck, 0);
}

TEST(Xor, WritesAPageOfItsGradients) {
  const gradtable::testing::TemporaryFolder folder;
  for (const std::vector<std::string>& start : {std::vector<std::string>{}, {"--seed", "3"}}) {
    std::vector<std::string> arguments = {"--page", folder.path("page.html")};
    arguments.insert(arguments.end(), start.begin(), start.end());
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out, folder.path("page.html") + ": open it in a browser\n");
    EXPECT_TRUE(contains(folder.read("page.html"), "∂loss/∂w = hᵀ · "));
  }
  EXPECT_EQ(run({"--page", ""}).exit_code, 2);
  EXPECT_EQ(run({"--page", folder.path("none/page.html")}).exit_code, 6);
}

TEST(Xor, PrintsTheGradientsOfEachPlace) {
  const std::string out = run({"--seed", "3", "--gradients"}).out;
  EXPECT_EQ(count(out, "\n   dJ/dW "), 3U) << out;  // the book's weights, the first ones and the last
  EXPECT_TRUE(contains(out, "\nSeed 3, before the first step, at a loss of "));
  EXPECT_TRUE(contains(out,
                       "   W               1           1\n                   1           1\n"
                       "   c               0          -1\n   w               1          -2\n"
                       "   b               0\n"
                       "   dJ/dW           0           0\n                   0           0\n"
                       "   dJ/dc           0           0\n   dJ/dw           0           0\n"
                       "   dJ/db           0\n"));
}

// From the printed W, c, w and b by hand: dJ/db is the mean of 2 (y - t).
TEST(Xor, PrintsTheParametersThatBelongToTheGradients) {
  const std::string out = run({"--seed", "5", "--gradients"}).out;
  std::istringstream rows(out.substr(out.find("\n   W ", out.find("before the first step"))));
  std::string name;
  double W[4], c[2], w[2], b = 0, db = 0;
  rows >> name >> W[0] >> W[1] >> W[2] >> W[3] >> name >> c[0] >> c[1] >> name >> w[0] >> w[1] >> name >> b;
  while (rows >> name && name != "dJ/db") continue;
  ASSERT_TRUE(rows >> db) << out;
  double expected = 0;
  for (const int x1 : {0, 1})
    for (const int x2 : {0, 1}) {
      double y = b;
      for (const int j : {0, 1}) y += w[j] * std::max(0.0, x1 * W[j] + x2 * W[2 + j] + c[j]);
      expected += 2 * (y - (x1 ^ x2)) / 4;
    }
  EXPECT_NEAR(db, expected, 5e-3 * std::abs(expected)) << out;
  EXPECT_NE(db, 0);
}

TEST(Xor, RefusesWhatIsNoSeedInOneSentence) {
  for (const std::string seed :
       {"abc", "-1", "1.5", "", " 1", "1 ", "0x1", "18446744073709551616", "--gradients"}) {
    const ProcessResult result = run({"--seed", seed});
    EXPECT_EQ(result.exit_code, 2) << seed;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(contains(result.err, "expected an integer from 0 to 18446744073709551615\n"));
    EXPECT_TRUE(result.err.starts_with("error: --seed: \"" + seed + "\"")) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }
}

TEST(Xor, RefusesOptionsThatLackAValueOrStandTwice) {
  const std::string usage = "xor [--seed N] [--gradients] [--page FILE] [--help] [--version]\n";
  EXPECT_EQ(run({"--seed"}).err, "error: --seed: no value; expected " + usage);
  EXPECT_EQ(run({"--seed", "1", "--seed", "2"}).err, "error: --seed: 2 times; expected it once\n");
  EXPECT_EQ(run({"--seed", "1", "2"}).err, "error: found \"2\"; expected " + usage);
  EXPECT_EQ(run({"--seeds", "1"}).err, "error: found \"--seeds\"; expected " + usage);
  EXPECT_EQ(run({"--gradients=maybe"}).exit_code, 2);
}

}  // namespace
}  // namespace xor_example
