#include <memory>

#include <gtest/gtest.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {
namespace {

class DeadNodes : public ::testing::Test {
 protected:
  Computation computation{std::make_shared<Graph>(), {}, {}, {}};
  const Tensor x = computation.graph->parameter("x", full({3}, 2, DType::float64));
  const Tensor y = square(x);
};

TEST_F(DeadNodes, AreTakenOut) {
  log(exp(y));
  computation.outputs = {y};
  const detail::Change change = detail::dead_nodes(computation);
  EXPECT_EQ(change.reason, "2 nodes that nothing needs");
  EXPECT_EQ(change.computation.graph->size(), 2U);
  EXPECT_EQ(change.computation.outputs[0].node().op, y.node().op);
  EXPECT_EQ(computation.graph->size(), 4U);
}

TEST_F(DeadNodes, AreNotThoseOfUpdatesAndChecks) {
  const Tensor z = computation.graph->parameter("z", full({3}, 2, DType::float64));
  computation.outputs = {y};
  computation.finite = {exp(y)};
  computation.updates = {{z, log(y)}};
  EXPECT_TRUE(detail::dead_nodes(computation).reason.empty());
}

}  // namespace
}  // namespace gradtable
