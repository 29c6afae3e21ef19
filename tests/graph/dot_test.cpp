#include "gradtable/graph/dot.hpp"

#include <algorithm>
#include <memory>
#include <ostream>
#include <streambuf>
#include <string>
#include <vector>

#include "tests/graph/drawings.hpp"
#include "tests/support/golden.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using testing::count;
using testing::drawn;
using testing::DrawnNetwork;
using testing::has;
using testing::line_with;
using testing::matches_golden;
using testing::sketch;
using testing::Sketch;
using testing::Step;

TEST(WriteDot, DrawsTheForwardGraphAlone) {
  const Step step;
  EXPECT_TRUE(matches_golden(drawn(step.graph, {.outputs = {step.y}}), "graph/golden/sketch_forward.dot"));
}

TEST(WriteDot, DrawsATrainingStepInThreeClusters) {
  const Step step;
  const std::string text = drawn(step.graph, {.outputs = {step.y}, .updates = {step.update}});
  EXPECT_TRUE(matches_golden(text, "graph/golden/sketch_training.dot"));
  EXPECT_EQ(count(text, "subgraph cluster_"), 3U);
}

TEST(WriteDot, DrawsANetwork) {
  const DrawnNetwork network;
  const std::string text = drawn(network.graph, {.outputs = {network.loss}});
  EXPECT_TRUE(matches_golden(text, "graph/golden/network_forward.dot"));
}

TEST(WriteDot, DrawsTheTrainingStepOfANetwork) {
  DrawnNetwork network;
  const std::vector<Update> updates = network.descent();
  const std::string text = drawn(network.graph, {.outputs = {network.loss}, .updates = updates});
  EXPECT_TRUE(matches_golden(text, "graph/golden/network_training.dot"));
}

TEST(WriteDot, DrawsTheForwardGraphTheSameBeforeAndAfterTheGradientIsBuilt) {
  DrawnNetwork network;
  const std::string before = drawn(network.graph, {.outputs = {network.loss}});
  network.descent();
  EXPECT_EQ(drawn(network.graph, {.outputs = {network.loss}}), before);
}

TEST(WriteDot, LeavesOutClustersWhenThereIsOnePhase) {
  const Step step;
  EXPECT_FALSE(has(drawn(step.graph, {.outputs = {step.y}}), "subgraph"));
}

TEST(WriteDot, DrawsTheWholeGraphWhenNothingIsAskedFor) {
  Step step;
  step.graph.input("alone", {});
  const std::string text = drawn(step.graph);
  EXPECT_EQ(count(text, "[label=<"), step.graph.size());
  EXPECT_TRUE(has(text, "alone"));
}

TEST(WriteDot, DrawsOnlyAncestorsOfTheOutputs) {
  const Step step;
  const std::string text = drawn(step.graph, {.outputs = {step.product}});
  EXPECT_TRUE(has(text, "matmul"));
  EXPECT_FALSE(has(text, "relu"));
}

TEST(WriteDot, DependsOnNothingButTheNodesDrawn) {
  const auto picture = [](bool with_others) {
    Graph graph;
    const auto other = [&](const std::string& name) {
      if (with_others) sketch("other", {}, {graph.input(name, {2})});
    };
    other("before");
    const Tensor x = graph.input("x", {2});
    other("between");
    const Tensor y = sketch("square", {2}, {x}, {{"same", false}}).named("y");
    Tensor gradient;
    {
      const Graph::Scope scope(graph, Phase::gradient, y.id());
      gradient = sketch("scale", {2}, {x}, {{"factor", 2.0}});
    }
    other("after");
    return drawn(graph, {.outputs = {y, gradient}});
  };
  EXPECT_EQ(picture(false), picture(true));
}

TEST(WriteDot, DrawsASharedNodeOnceWithAnEdgeForEveryUse) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  const Tensor a = sketch("exp", {2}, {x});
  const Tensor b = sketch("mul", {2}, {a, a});
  const std::string text = drawn(graph, {.outputs = {sketch("add", {2}, {a, b})}});
  EXPECT_EQ(count(text, "<b>exp</b>"), 1U);
  EXPECT_EQ(count(text, "n1 -> n2 [headlabel=\"0\"]"), 1U);
  EXPECT_EQ(count(text, "n1 -> n2 [headlabel=\"1\"]"), 1U);
  EXPECT_EQ(count(text, "n1 -> n3"), 1U);
}

TEST(WriteDot, NumbersTheInputsOnlyOfOpsWithSeveral) {
  Graph graph;
  const Tensor y = sketch("exp", {2}, {graph.input("x", {2})});
  EXPECT_FALSE(has(drawn(graph, {.outputs = {y}}), "headlabel="));
}

TEST(WriteDot, TellsInputsParametersConstantsAndResultsApart) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  const Tensor w = graph.parameter("w", zeros({2}));
  const Tensor c = graph.constant(zeros({2}));
  sketch("add", {2}, {x, w, c});
  std::vector<std::string> looks;
  for (const char* id : {"  n0 [", "  n1 [", "  n2 [", "  n3 ["}) {
    const std::string line = line_with(drawn(graph), id);
    ASSERT_TRUE(has(line, ">, "));
    looks.push_back(line.substr(line.rfind(">, ")));
  }
  std::ranges::sort(looks);
  EXPECT_EQ(std::ranges::adjacent_find(looks), looks.end());
  EXPECT_TRUE(has(line_with(drawn(graph), "<b>w</b>"), "cylinder"));
}

TEST(WriteDot, DrawsAnUpdateDashedAndOutsideOfTheRanking) {
  const Step step;
  const std::string text = drawn(step.graph, {.updates = {step.update}});
  const std::string line = line_with(text, "tooltip=\"update\"");
  EXPECT_TRUE(has(line, "style=dashed"));
  EXPECT_TRUE(has(line, "constraint=false"));
  EXPECT_TRUE(has(line, " -> n1 ["));
  EXPECT_FALSE(has(text, "relu")) << "only what the update needs";
}

TEST(WriteDot, RefusesEmptyAndForeignTensors) {
  Graph graph;
  Graph other;
  const Tensor x = graph.parameter("x", zeros({}));
  const Tensor y = other.parameter("y", zeros({}));
  EXPECT_THROW(drawn(graph, {.outputs = {Tensor()}}), GraphError);
  EXPECT_THROW(drawn(graph, {.outputs = {y}}), GraphError);
  EXPECT_THROW(drawn(graph, {.updates = {{x, y}}}), GraphError);
  EXPECT_THROW(drawn(graph, {.updates = {{Tensor(), x}}}), GraphError);
}

// Of two steps: y takes 30 us of 100, the product 10.
ProgramProfile profile_of(const Step& step) {
  ProgramProfile profile{
      .runs = 3, .seconds = 100e-6, .waiting = {60e-6}, .graph_serial = step.graph.serial()};
  profile.steps = {{.label = "y", .node = step.y.id(), .type = {}, .seconds = {30e-6}},
                   {.label = "product", .node = step.product.id(), .type = {}, .seconds = {10e-6}}};
  return profile;
}

TEST(WriteDot, ColoursNodesByTheirTime) {
  const Step step;
  const std::string text = drawn(step.graph, {.outputs = {step.y}, .profile = profile_of(step)});
  const std::string y = line_with(text, "<b>relu</b>"), product = line_with(text, "<b>matmul</b>");
  EXPECT_TRUE(has(y, "<b>30.00 us, 30.0 %</b>")) << y;
  EXPECT_TRUE(has(y, "fillcolor=\"#f2805c\"")) << y;
  EXPECT_TRUE(has(product, "<b>10.00 us, 10.0 %</b>")) << product;
  EXPECT_FALSE(has(product, "#f2805c") || has(product, "#ffffff")) << product;
  EXPECT_TRUE(has(text, "100.00 us a run on 1 thread, the median of 3"));
  EXPECT_TRUE(has(text, "waiting 60.0 %, steps of nodes that are not drawn 0.0 %"));
}

TEST(WriteDot, SaysHowMuchTimeIsNotDrawn) {
  const Step step;
  const std::string text = drawn(step.graph, {.outputs = {step.product}, .profile = profile_of(step)});
  EXPECT_TRUE(has(text, "not drawn 30.0 %"));
}

TEST(WriteDot, RefusesTheProfileOfAnotherGraph) {
  const Step step, other;
  EXPECT_THROW(drawn(step.graph, {.profile = profile_of(other)}), GraphError);
}

TEST(WriteDot, DrawsAnEmptyGraph) {
  const Graph graph;
  EXPECT_TRUE(has(drawn(graph), "digraph"));
}

// Counts lines and keeps none.
class LineCounter : public std::streambuf {
 public:
  std::size_t lines = 0;

 private:
  int_type overflow(int_type c) override {
    lines += c == '\n' ? 1 : 0;
    return traits_type::not_eof(c);
  }
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    lines += static_cast<std::size_t>(std::count(text, text + size, '\n'));
    return size;
  }
};

TEST(WriteDot, DrawsAChainOfAMillionNodes) {
  constexpr std::size_t kLength = 1'000'000;
  Graph graph;
  Tensor last = graph.input("x", {});
  const auto op = std::make_shared<Sketch>("next", Shape{}, std::vector<Attribute>{});
  for (std::size_t i = 1; i < kLength; ++i) last = apply(op, {last}, Location::current());
  LineCounter counter;
  std::ostream out(&counter);
  write_dot(out, graph, {.outputs = {last}});
  EXPECT_GT(counter.lines, 2 * kLength);
  EXPECT_LT(counter.lines, 2 * kLength + 20);
}

}  // namespace
}  // namespace gradtable
