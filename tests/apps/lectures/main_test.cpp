#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "apps/lectures/questions.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/process.hpp"
#include <gtest/gtest.h>

namespace lectures {
namespace {

using gradtable::testing::contains;
using gradtable::testing::ProcessResult;

class Lectures : public ::testing::Test {
 protected:
  static ProcessResult run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), GRADTABLE_PROGRAMS "/lectures");
    return gradtable::testing::run_process(arguments);
  }
  static void expect_error(const std::vector<std::string>& arguments, int code, const std::string& sentence) {
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, code);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(result.err.starts_with("error: " + sentence)) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }

  gradtable::testing::TemporaryFolder folder_;
};

TEST_F(Lectures, ListsEachQuestionOnALine) {
  const ProcessResult list = run({"--list"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(list.out, '\n')), questions().size());
  for (const Question& question : questions()) {
    EXPECT_TRUE(contains(list.out, question.name));
    EXPECT_TRUE(contains(list.out, question.question));
  }
  EXPECT_EQ(run({}).out, list.out);
}

TEST_F(Lectures, AnswersTheQuestionsThatAreNamed) {
  const ProcessResult one = run({"one_update"});
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_TRUE(one.out.starts_with("What does one update of one weight do to the loss?\n\n"));
  const std::string two = run({"one_update", "activations"}).out;
  EXPECT_TRUE(contains(two, one.out));
  EXPECT_TRUE(two.starts_with("Which derivatives have sign"));
}

TEST_F(Lectures, WritesPlotsThatAreTheSameEachTime) {
  const std::string first = folder_.path("a/b"), second = folder_.path("c");
  const ProcessResult result = run({"activations", "figure_6", "--plots", first});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  run({"activations", "figure_6", "--plots", second});
  for (const std::string name : {"activations.svg", "activation_derivatives.svg", "figure_6.dot"}) {
    EXPECT_TRUE(contains(result.out, first + "/" + name));
    EXPECT_FALSE(folder_.read("a/b/" + name).empty());
    EXPECT_EQ(folder_.read("a/b/" + name), folder_.read("c/" + name));
  }
}

TEST_F(Lectures, RefusesACommandLineThatMeansNothing) {
  expect_error({"perceptrons"}, 2, "NAME: \"perceptrons\"; expected one of perceptron, activations, ");
  expect_error({"--all", "perceptron"}, 2, "--all: with \"perceptron\"; expected one of them");
  expect_error({"--list", "--all"}, 2, "--list: with questions; expected it alone");
  expect_error({"--plots", folder_.path("p")}, 2, "--plots: without a question; expected NAME or --all");
  expect_error({"perceptron", "--plots"}, 2, "--plots: no value; expected lectures [NAME...]");
  expect_error({"perceptron", "--plots", ""}, 2, "--plots: an empty name; expected a folder");
  expect_error({"perceptron", "--plots", "a", "--plots", "b"}, 2, "--plots: 2 times; expected it once");
  EXPECT_EQ(folder_.count(), 0);
}

TEST_F(Lectures, RefusesAFolderThatCannotBeMade) {
  const std::string file = folder_.write("file", std::string_view("x"));
  expect_error({"perceptron", "--plots", file}, 6, file + ": Not a directory; expected a folder");
  expect_error({"perceptron", "--plots", file + "/below"}, 6,
               file + "/below: Not a directory; expected a folder");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which map all of the address space
TEST_F(Lectures, CountsParametersWithoutAllocatingThem) {
  const ProcessResult result = gradtable::testing::run_process(
      {"bash", "-c", "ulimit -v 2000000; " GRADTABLE_PROGRAMS "/lectures parameter_counts"},
      {"OMP_NUM_THREADS=1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "3,906,312,500"));
}
#endif

}  // namespace
}  // namespace lectures
