#include "apps/xor/stuck.hpp"

#include <algorithm>

#include "tests/support/message_of.hpp"
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace xor_example {
namespace {

using namespace gradtable;
using gradtable::testing::contains;

// The reasons for these first weights, biases of -1/2 in the hidden layer.
std::string reasons(std::initializer_list<double> W, std::initializer_list<double> w) {
  Graph graph;
  const XorNetwork net = build(graph, {.W = Array::of<double>({2, 2}, W),
                                       .c = Array::of<double>({2}, {-0.5, -0.5}),
                                       .w = Array::of<double>({2, 1}, w),
                                       .b = Array::of<double>({1}, {0})});
  return fmt::format("{}", fmt::join(why_stuck(net), "\n"));
}

TEST(Stuck, NamesAUnitThatIsZeroForAllPointsAndItsGradients) {
  const std::string text = reasons({-1, 1, -1, 2}, {1, 1});
  EXPECT_TRUE(contains(text,
                       "h1 is 0 for all four points, where relu passes no gradient on:\n"
                       "     dJ/dW11, dJ/dW21, dJ/dc1, dJ/dw1 are 0."));
  EXPECT_FALSE(contains(text, "h2"));
}

TEST(Stuck, NamesBothUnits) {
  const std::string text = reasons({-1, -1, -1, -1}, {1, 1});
  EXPECT_TRUE(contains(text, "h1 is 0 for all four points"));
  EXPECT_TRUE(contains(text,
                       "h2 is 0 for all four points, where relu passes no gradient on:\n"
                       "     dJ/dW12, dJ/dW22, dJ/dc2, dJ/dw2 are 0."));
  EXPECT_TRUE(contains(text, "All units are 0 at (0, 0), (0, 1), (1, 0), (1, 1): y is b there."));
}

TEST(Stuck, NamesPointsForWhichAllUnitsAreZero) {
  EXPECT_TRUE(
      contains(reasons({1, 1, -1, -1}, {1, 1}), "All units are 0 at (0, 0), (0, 1), (1, 1): y is b there."));
}

TEST(Stuck, NamesAUnitThatIsLinear) {
  Graph graph;
  Parameters parameters = given_solution();
  parameters.c = Array::of<double>({2}, {1, -1});
  const XorNetwork net = build(graph, parameters);
  EXPECT_TRUE(contains(why_stuck(net).front(), "h1 is above 0 for all four points: a linear unit"));
}

TEST(Stuck, TellsSlowFromStuck) {
  EXPECT_TRUE(contains(reasons({1, 1, 1, 1}, {1, 2}), ": more steps lead on."));
  Graph graph;
  const XorNetwork net = build(graph, given_solution());
  EXPECT_TRUE(
      contains(why_stuck(net).back(), "The largest of the nine gradients is 0.0e+00: no step leads on."));
}

// What it says is 0 is 0, for every network that stops learning.
TEST(Stuck, GivesAReasonForEachSeedThatIsStuck) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Graph graph;
    const XorNetwork net = build(graph, random_parameters(seed));
    if (learn(graph, net, 0.1, 10000)) continue;
    const std::vector<std::string> why = why_stuck(net);
    EXPECT_GE(why.size(), 2U) << seed;
    EXPECT_TRUE(contains(why.back(), "no step leads on")) << seed;
  }
}

}  // namespace
}  // namespace xor_example
