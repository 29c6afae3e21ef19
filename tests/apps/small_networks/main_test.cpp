#include <sstream>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/process.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using testing::contains;

TEST(SmallNetworks, PrintsWhatIsLearnedBesideWhatIsKnown) {
  const testing::ProcessResult result = testing::run_process({GRADTABLE_PROGRAMS "/small_networks"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  for (const char* part : {"\n1. Linear regression", "\n2. A single layer", "\n3. Logistic regression",
                           "\n4. Softmax regression", "\n5. Convolutional networks", "closed form",
                           "after the step         formula", "gradient norm", "mean of p      labels",
                           "signals: slow, fast, none", "volumes: balls, cubes"})
    EXPECT_TRUE(contains(result.out, part));
  EXPECT_EQ(result.out.find("nan"), std::string::npos);
}

TEST(SmallNetworks, PrintsTheExampleOfTheStepIn80Columns) {
  const std::string out = testing::run_process({GRADTABLE_PROGRAMS "/small_networks"}).out;
  EXPECT_TRUE(contains(out, "Rate e = 0.25, x = (0.5, -1, 2), and 1 for the biases, t = (0.25, 1)\n"));
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

// Numbers in one row that are to be equal, as they are printed.
TEST(SmallNetworks, PrintsEqualNumbersWhereTheyAreKnown) {
  const std::string out = testing::run_process({GRADTABLE_PROGRAMS "/small_networks"}).out;
  std::istringstream lines(out);
  int rows = 0;
  for (std::string line; std::getline(lines, line) && !line.starts_with("3.");) {
    std::istringstream words(line);
    std::vector<std::string> numbers;
    for (std::string word; words >> word;)
      if (const auto point = word.find('.'); point != std::string::npos && word.size() == point + 11)
        numbers.push_back(word);
    if (numbers.size() < 2) continue;
    EXPECT_EQ(numbers[numbers.size() - 2], numbers.back()) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 4 + 8 + 8);
}

}  // namespace
}  // namespace gradtable
