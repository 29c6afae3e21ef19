#include "gradtable/graph/drawing/layers.hpp"

#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::drawing {
namespace {

using Names = std::vector<std::string>;

Layers layers_of(const Graph& graph) {
  std::vector<NodeId> all(graph.size());
  std::iota(all.begin(), all.end(), 0);
  return layers(graph, all);
}

// A layer is its named results with what leads to them, its parameters and its gradients.
TEST(Layers, AreNamedResultsWithTheirGradients) {
  Graph g;
  const Tensor x = g.input("x", {4, 3});
  const Tensor W1 = g.parameter("W1", full({3, 2}, 1)), W2 = g.parameter("W2", full({2, 1}, 1));
  const Tensor product = matmul(x, W1), a1 = (product * 2).named("a1"), h1 = relu(a1).named("h1");
  const Tensor loss = sum(matmul(h1, W2)).named("loss");
  const GradTable table = build_grad(loss, {W1, W2});
  const Layers found = layers_of(g);
  EXPECT_EQ(found.names, (Names{"a1, h1", "loss"}));
  for (const Tensor& tensor : {x, W1, product, a1, h1, table[W1]}) EXPECT_EQ(found.of[tensor], 0);
  for (const Tensor& tensor : {W2, loss, table[W2]}) EXPECT_EQ(found.of[tensor], 1);
}

TEST(Layers, AreScopesOfNames) {
  Graph g;
  const Tensor x = g.input("x", {3});
  const Tensor a = exp(x).named("encoder/a"), b = sin(a).named("encoder/b"), c = exp(b).named("decoder.c");
  const Layers found = layers_of(g);
  EXPECT_EQ(found.names, (Names{"encoder", "decoder"}));
  EXPECT_EQ(found.of[b], 0);
  EXPECT_EQ(found.of[c], 1);
}

// Without names, too, there are not too many, and none is the whole graph.
TEST(Layers, CutWhatIsLargeAndJoinWhatIsSmall) {
  Graph g;
  Tensor y = g.input("x", {});
  for (int i = 0; i < 400; ++i) y = exp(y);
  EXPECT_EQ(layers_of(g).names.size(), 10U);
  EXPECT_EQ(layers_of(g).names[0], "%1 … %40");
  Graph named;
  Tensor z = named.input("x", {});
  for (int i = 0; i < 400; ++i) z = exp(z).named(fmt::format("y{}", i));
  const Layers found = layers_of(named);
  EXPECT_EQ(found.names.size(), 60U);
  EXPECT_EQ(found.names[0], "y0 … y6");
  EXPECT_EQ(found.of[z], 59);
}

TEST(Layers, OfNothingAreNone) {
  EXPECT_TRUE(layers(Graph(), {}).names.empty());
}

}  // namespace
}  // namespace gradtable::drawing
