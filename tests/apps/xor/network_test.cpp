#include "apps/xor/network.hpp"

#include <cmath>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace xor_example {
namespace {

using namespace gradtable;

std::vector<double> values(const Array& array) {
  const auto numbers = array.as<double>();
  return {numbers.begin(), numbers.end()};
}

TEST(Xor, GivenSolutionIsExactHiddenValuesIncluded) {
  Graph graph;
  const XorNetwork net = build(graph, given_solution());
  EXPECT_EQ(values(evaluate(net.hidden)), (std::vector<double>{0, 0, 1, 0, 1, 0, 2, 1}));
  EXPECT_EQ(values(evaluate(net.y)), (std::vector<double>{0, 1, 1, 0}));
  EXPECT_EQ(evaluate(net.loss).item(), 0);
}

TEST(Xor, GivenSolutionHasNoGradient) {
  Graph graph;
  const XorNetwork net = build(graph, given_solution());
  for (const auto& [parameter, gradient] : build_grad(net.loss, {net.W, net.c, net.w, net.b})) {
    for (const double g : values(evaluate(gradient))) EXPECT_EQ(g, 0) << parameter.label();
  }
}

TEST(Xor, IsLearnedFromSomeSeed) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Graph graph;
    const XorNetwork net = build(graph, random_parameters(seed));
    if (!learn(graph, net, 0.1, 10000)) continue;
    const std::vector<double> y = values(evaluate(net.y)), xor_of_inputs = {0, 1, 1, 0};
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], xor_of_inputs[i], 1e-4);
    return;
  }
  FAIL() << "none of ten seeds led to a network that computes XOR";
}

}  // namespace
}  // namespace xor_example
