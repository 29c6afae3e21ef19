#include "gradtable/models/optimizers/sgd.hpp"

#include <limits>
#include <string>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

class Sgd : public ::testing::Test {
 protected:
  Graph graph;
  const Tensor w = graph.parameter("w", Array::of<double>({2}, {1, -2}));
  const Tensor b = graph.parameter("b", full({}, 3, DType::float64));
  // dz/dw = 2 w b, dz/db = sum of w^2
  const Tensor z = sum(square(w)) * b;
};

TEST_F(Sgd, StepsAgainstTheGradient) {
  Program program = compile(graph, {.updates = sgd(build_grad(z, {w, b}), 0.25)});
  program.run();
  EXPECT_EQ(graph.value(w).as<double>()[0], 1 - 0.25 * 6);
  EXPECT_EQ(graph.value(w).as<double>()[1], -2 + 0.25 * 12);
  EXPECT_EQ(graph.value(b).item(), 3 - 0.25 * 5);
}

TEST_F(Sgd, GivesOneUpdateForEachTargetInOrder) {
  const auto updates = sgd(build_grad(z, {b, w}), 0.25);
  ASSERT_EQ(updates.size(), 2U);
  EXPECT_EQ(updates[0].parameter, b);
  EXPECT_EQ(updates[1].parameter, w);
}

TEST_F(Sgd, MakesItsNodesInThePhaseOfUpdates) {
  const GradTable table = build_grad(z, {w, b});
  const auto before = static_cast<NodeId>(graph.size());
  const auto updates = sgd(table, 0.25);
  EXPECT_EQ(graph.size(), static_cast<std::size_t>(before) + 4);  // scale and sub, twice
  for (auto id = before; id < static_cast<NodeId>(graph.size()); ++id)
    EXPECT_EQ(graph.node(id).phase, Phase::update);
  EXPECT_EQ(exp(w).node().phase, Phase::forward);
}

TEST_F(Sgd, RefusesLearningRatesThatAreNotFiniteAndPositive) {
  const GradTable table = build_grad(z, {w, b});
  const std::size_t before = graph.size();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double rate : {0.0, -0.0, -0.1, kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_TRUE(testing::contains(testing::message_of<ConfigError>([&] { sgd(table, rate); }),
                                  "sgd: expected a finite learning rate above 0, got "))
        << rate;
  EXPECT_EQ(graph.size(), before);
}

}  // namespace
}  // namespace gradtable
