// Layers as boxes.
#include <string>
#include <vector>

#include "tests/graph/drawings.hpp"
#include "tests/support/golden.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"

namespace gradtable {
namespace {

using testing::count;
using testing::drawn;
using testing::DrawnNetwork;
using testing::has;
using testing::line_with;
using testing::matches_golden;

TEST(DotLayers, HaveABoxForEachPhase) {
  DrawnNetwork network;
  const std::vector<Update> updates = network.descent();
  const std::string dot =
      drawn(network.graph, {.outputs = {network.loss}, .updates = updates, .layers = true});
  EXPECT_TRUE(matches_golden(dot, "graph/golden/network_layers.dot"));
  for (const char* box : {"  l0 ", "  l0_1 ", "  l0_2 ", "  l1 ", "  l1_1 ", "  l1_2 "})
    EXPECT_EQ(count(dot, std::string(box) + "[label"), 1U) << box;
  EXPECT_TRUE(has(line_with(dot, "rank=same"), " l0; l0_1; l0_2;")) << "in one row";
}

TEST(DotLayers, SayTheirOpsAndParameters) {
  const DrawnNetwork network;
  const std::string dot = drawn(network.graph, {.outputs = {network.loss}, .layers = true});
  const std::string box = line_with(dot, "  l0 [label");
  EXPECT_TRUE(has(box, "matmul, add_bias, relu")) << box;
  EXPECT_TRUE(has(box, "W1 (784,128), b1 (128)")) << box;
  EXPECT_EQ(count(dot, "<b>x</b>"), 1U) << "an input stays a node";
  EXPECT_EQ(count(dot, "<b>W1</b>") + count(dot, "<b>matmul</b>"), 0U);
}

// Whatever runs between two layers is one edge, and nothing leads from a layer to itself.
TEST(DotLayers, AreJoinedByOneEdge) {
  DrawnNetwork network;
  const std::vector<Update> updates = network.descent();
  const std::string dot =
      drawn(network.graph, {.outputs = {network.loss}, .updates = updates, .layers = true});
  for (const char* edge : {"  l0 -> l1;", "  l1_1 -> l0_1", "  l0_2 -> l0 [style=dashed"})
    EXPECT_EQ(count(dot, edge), 1U) << edge;
  EXPECT_EQ(count(dot, "l0 -> l0 ") + count(dot, "l0_1 -> l0_1"), 0U);
}

TEST(DotLayers, HaveTheTimeOfTheirNodes) {
  DrawnNetwork network;
  ProgramProfile profile{
      .runs = 3, .seconds = 100e-6, .waiting = {20e-6}, .graph_serial = network.graph.serial()};
  for (const NodeId node : {network.graph.node(network.hidden.id()).inputs[0], network.hidden.id()})
    profile.steps.push_back({.label = "", .node = node, .type = {}, .seconds = {40e-6}});
  const std::string dot =
      drawn(network.graph, {.outputs = {network.loss}, .layers = true, .profile = profile});
  EXPECT_TRUE(has(line_with(dot, "  l0 [label"), "<b>80.00 us, 80.0 %</b>")) << dot;
}

}  // namespace
}  // namespace gradtable
