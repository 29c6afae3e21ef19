#include "gradtable/core/tensor.hpp"

#include <memory>
#include <unordered_set>

#include "tests/core/toy_op.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/graph.hpp"

namespace gradtable {
namespace {

Tensor toy_of(const Tensor& x, Location at = Location::current()) {
  return apply(std::make_shared<testing::ToyOp>(), {x}, at);
}

TEST(Tensor, IsEmptyByDefaultAndSaysSo) {
  const Tensor empty;
  EXPECT_TRUE(empty.empty());
  EXPECT_FALSE(empty.alive());
  EXPECT_EQ(empty.label(), "an empty tensor");
  EXPECT_THROW(empty.graph(), GraphError);
  EXPECT_THROW(empty.node(), GraphError);
  EXPECT_THROW(empty.type(), GraphError);
  EXPECT_THROW(empty.shape(), GraphError);
  EXPECT_THROW(empty.named("x"), GraphError);
  try {
    empty.id();
    FAIL() << "nothing thrown";
  } catch (const GraphError& error) {
    EXPECT_STREQ(error.what(), "id: expected a tensor of a graph, got an empty tensor");
  }
}

TEST(Tensor, KnowsItsGraphAndType) {
  Graph graph;
  const Tensor x = graph.input("x", {2, 3}, DType::float64);
  EXPECT_EQ(&x.graph(), &graph);
  EXPECT_EQ(x.shape(), (Shape{2, 3}));
  EXPECT_EQ(x.dtype(), DType::float64);
  EXPECT_EQ(&x.node(), &graph.node(x.id()));
}

TEST(Tensor, EqualsHandlesOfTheSameNodeOnly) {
  Graph graph;
  Graph other;
  const Tensor x = graph.input("x", {});
  EXPECT_EQ(x, graph.tensor(x.id()));
  EXPECT_NE(x, graph.input("y", {}));
  EXPECT_NE(x, other.input("x", {}));
  EXPECT_NE(x, Tensor());
  const std::unordered_set<Tensor> set = {x, graph.tensor(x.id()), Tensor(), other.tensor(0)};
  EXPECT_EQ(set.size(), 3U);
}

TEST(Tensor, IsLabelledByNameOrOp) {
  Graph graph;
  const Tensor y = toy_of(graph.input("x", {}));
  EXPECT_EQ(y.label(), "toy of x");
  EXPECT_EQ(toy_of(y).label(), "toy of (toy)");
  EXPECT_EQ(graph.constant(2.0).label(), "a constant");
  EXPECT_EQ(y.named("y"), y);
  EXPECT_EQ(y.label(), "y");
}

TEST(Tensor, KeepsItsFirstName) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  EXPECT_EQ(x.named("y").label(), "x");
  // Two equal nodes are one, whatever each line of the user calls it.
  const Tensor first = toy_of(x).named("a"), again = toy_of(x).named("b");
  EXPECT_EQ(first, again);
  EXPECT_EQ(toy_of(x).label(), "a");
}

TEST(Tensor, OfAGraphThatIsGoneSaysSo) {
  auto graph = std::make_unique<Graph>();
  const Tensor x = graph->input("x", {2});
  EXPECT_TRUE(x.alive());
  graph.reset();
  graph = std::make_unique<Graph>();  // which may lie where the other one did
  graph->input("y", {3});
  EXPECT_FALSE(x.alive());
  EXPECT_FALSE(x.empty());
  EXPECT_EQ(x.id(), 0);
  EXPECT_EQ(x.label(), "node 0 of a graph that is gone");
  EXPECT_THROW(x.graph(), GraphError);
  EXPECT_THROW(x.type(), GraphError);
  EXPECT_THROW(x.shape(), GraphError);
  EXPECT_THROW(x.named("x"), GraphError);
  EXPECT_NE(x, graph->tensor(0));
  try {
    x.node();
    FAIL() << "nothing thrown";
  } catch (const GraphError& error) {
    EXPECT_STREQ(error.what(), "node: expected a tensor of a graph, got node 0 of a graph that is gone");
  }
}

TEST(Tensor, TellsGraphsApartThatLieAtOneAddress) {
  std::uint32_t first = 0;
  {
    Graph graph;
    first = graph.input("x", {}).graph_serial();
  }
  Graph graph;
  EXPECT_NE(graph.input("x", {}).graph_serial(), first);
}

}  // namespace
}  // namespace gradtable
