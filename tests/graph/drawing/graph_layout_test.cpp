#include "gradtable/graph/drawing/graph_layout.hpp"

#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/update.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::drawing {
namespace {

GraphLayout whole(const Graph& graph) {
  std::vector<NodeId> nodes(graph.size());
  std::iota(nodes.begin(), nodes.end(), 0);
  return layout(graph, nodes);
}

std::vector<Update> descent(const GradTable& table) {
  std::vector<Update> updates;
  for (const auto& [parameter, gradient] : table) {
    const Graph::Scope scope(parameter.graph(), Phase::update, parameter.id());
    updates.push_back({parameter, parameter - 0.1 * gradient});
  }
  return updates;
}

// Two branches of one product, one longer than the other, with a shared weight.
struct Branches {
  Graph g;
  Tensor x = g.input("x", {8, 4});
  Tensor W = g.parameter("W", full({4, 4}, 1)), v = g.parameter("v", full({4, 1}, 1));
  Tensor product = matmul(x, W);
  Tensor left = tanh(product), right = sigmoid(matmul(relu(product), W));
  Tensor joined = left * right;
  Tensor z = mean(matmul(joined, v));
  GradTable table = build_grad(z, {W, v});
  std::vector<Update> updates = descent(table);
  GraphLayout made = whole(g);

  int row(const Tensor& tensor) const { return made.places[tensor].row; }
  double column(const Tensor& tensor) const { return made.places[tensor].column; }
};

TEST(GraphLayout, RunsDownTheForwardPass) {
  const Branches b;
  for (NodeId id = 0; id <= b.z.id(); ++id)
    for (const NodeId input : b.g.node(id).inputs)
      EXPECT_LE(b.made.places[input].row, b.made.places[id].row) << input << " of " << id;
  EXPECT_EQ(b.row(b.x), 0);
  EXPECT_EQ(b.row(b.W), b.row(b.product));
  EXPECT_LT(b.column(b.W), b.column(b.product));
  EXPECT_EQ(b.row(b.left), b.row(b.right)) << "the shorter branch begins late";
}

TEST(GraphLayout, PutsAGradientBesideItsVariable) {
  const Branches b;
  for (const auto& [target, gradient] : b.table) {
    EXPECT_EQ(b.row(gradient), b.row(target));
    EXPECT_GT(b.column(gradient), b.made.begin[1]) << "right of the gradients of results";
  }
  EXPECT_EQ(b.made.begin.size(), 3U);
  for (const Update& update : b.updates) EXPECT_GE(b.column(update.value), b.made.begin[2]);
}

// One node is the gradient of the sum and, passed on unchanged, of the product.
TEST(GraphLayout, PutsASharedGradientBesideItsFirstVariable) {
  Graph g;
  const Tensor x = g.parameter("x", full({3, 3}, 1)), c = g.parameter("c", full({3}, 1));
  const Tensor product = matmul(x, x), sum_of_both = add_bias(product, c), h = relu(sum_of_both).named("h");
  const GradTable table = build_grad(mean(h), {x, product, sum_of_both});
  ASSERT_EQ(table[product], table[sum_of_both]);
  const GraphLayout made = whole(g);
  EXPECT_EQ(made.places[table[product]].row, made.places[sum_of_both].row);
}

TEST(GraphLayout, PutsNoTwoNodesInOnePlace) {
  const Branches b;
  std::set<std::pair<int, double>> taken;
  for (NodeId id = 0; b.made.places.covers(id); ++id) {
    const DrawnPlace& place = b.made.places[id];
    EXPECT_TRUE(taken.emplace(place.row, place.column).second) << id;
    EXPECT_GE(place.column, 0);
    EXPECT_LE(place.column + 1, b.made.columns);
    EXPECT_LT(place.row, b.made.rows);
  }
}

TEST(GraphLayout, GivesGradientsOfGradientsABandOfTheirOwn) {
  Graph g;
  const Tensor x = g.parameter("x", full({}, 3)), z = mul(mul(x, x), x);
  const Tensor first = build_grad(z, {x})[x], second = build_grad(first, {x})[x];
  const GraphLayout made = whole(g);
  EXPECT_EQ(made.bands[z], 0);
  EXPECT_EQ(made.bands[first], 1);
  EXPECT_EQ(made.bands[second], 2);
}

}  // namespace
}  // namespace gradtable::drawing
