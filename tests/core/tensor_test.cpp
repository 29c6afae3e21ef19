#include "gradtable/core/tensor.hpp"

#include <unordered_set>

#include "tests/core/toy_op.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/graph.hpp"

namespace gradtable {
namespace {

Tensor toy(const Tensor& x, Location at = Location::current()) {
  return apply(std::make_shared<testing::ToyOp>(), {x}, at);
}

TEST(Tensor, IsEmptyByDefaultAndSaysSo) {
  const Tensor empty;
  EXPECT_TRUE(empty.empty());
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

TEST(Tensor, IsLabelledByNameOrNumber) {
  Graph graph;
  const Tensor y = toy(graph.input("x", {}));
  EXPECT_EQ(y.label(), "%1");
  EXPECT_EQ(y.named("y"), y);
  EXPECT_EQ(y.label(), "y");
}

TEST(Tensor, TakesTheSameNameTwiceButNoOther) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  EXPECT_NO_THROW(x.named("x"));
  try {
    x.named("y");
    FAIL() << "nothing thrown";
  } catch (const GraphError& error) {
    EXPECT_STREQ(error.what(), "named: expected a node without a name, got 'x' to be called 'y'");
  }
  EXPECT_EQ(x.label(), "x");
}

}  // namespace
}  // namespace gradtable
