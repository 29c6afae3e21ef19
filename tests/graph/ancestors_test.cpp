#include "gradtable/graph/ancestors.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/stop_gradient.hpp"

namespace gradtable {
namespace {

using Ids = std::vector<NodeId>;

TEST(Ancestors, AreInTheOrderOfCreationAndEachOnce) {
  Graph graph;
  const Tensor x = graph.input("x", {2}), y = graph.input("y", {2});
  const Tensor a = exp(x);
  const Tensor b = mul(a, a);
  const Tensor c = add(b, y);
  EXPECT_EQ(ancestors(graph, Ids{c.id()}), (Ids{x.id(), y.id(), a.id(), b.id(), c.id()}));
}

TEST(Ancestors, LeaveOutWhatIsNotNeeded) {
  Graph graph;
  const Tensor x = graph.input("x", {2}), unused = graph.input("unused", {2});
  const Tensor a = exp(x);
  const Tensor side = tanh(a);
  const Tensor b = square(a);
  square(b);
  EXPECT_EQ(ancestors(graph, Ids{b.id()}), (Ids{x.id(), a.id(), b.id()}));
  EXPECT_EQ(ancestors(graph, Ids{side.id(), unused.id()}), (Ids{x.id(), unused.id(), a.id(), side.id()}));
}

TEST(Ancestors, OfSeveralNodesAreUnitedWhateverTheirOrder) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  const Tensor a = exp(x), b = tanh(a);
  EXPECT_EQ(ancestors(graph, Ids{b.id(), x.id(), b.id(), a.id()}), (Ids{x.id(), a.id(), b.id()}));
  EXPECT_EQ(ancestors(graph, Ids{x.id()}), Ids{x.id()});
  EXPECT_EQ(ancestors(graph, Ids{}), Ids{});
}

TEST(DifferentiableAncestors, LeaveOutWhatDerivativesDoNotReach) {
  Graph graph;
  const Tensor x = graph.input("x", {2}), y = graph.input("y", {2});
  const Tensor z = mul(y, stop_gradient(exp(x)));
  const NodeId stopped = z.node().inputs[1];
  EXPECT_EQ(differentiable_ancestors(graph, Ids{z.id()}), (Ids{y.id(), stopped, z.id()}));
}

}  // namespace
}  // namespace gradtable
