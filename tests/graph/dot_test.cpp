#include "gradtable/graph/dot.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <memory>
#include <numbers>
#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include "tests/graph/golden.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/product.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using ::gradtable::testing::matches_golden;

// An op that can be drawn and nothing else.
class Sketch : public Op {
 public:
  Sketch(std::string name, const Shape& shape, std::vector<Attribute> attributes)
      : name_(std::move(name)), shape_(shape), attributes_(std::move(attributes)) {
    // Never printed; makes ops of different names different.
    attributes_.push_back({name_, false});
  }

  std::string_view name() const override { return name_; }
  std::vector<Attribute> attributes() const override { return attributes_; }
  TensorType infer(std::span<const TensorType> /*inputs*/) const override { return {DType::float32, shape_}; }
  void forward(std::span<const ConstView> /*inputs*/, const View& /*output*/,
               Parts /*parts*/) const override {}

 private:
  std::string name_;
  Shape shape_;
  std::vector<Attribute> attributes_;
};

Tensor sketch(const std::string& name, const Shape& shape, std::initializer_list<Tensor> inputs,
              std::vector<Attribute> attributes = {}, Location at = Location::current()) {
  return apply(std::make_shared<Sketch>(name, shape, std::move(attributes)), inputs, at);
}

std::string drawn(const Graph& graph, const DotOptions& options = {}) {
  std::ostringstream out;
  write_dot(out, graph, options);
  return out.str();
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

bool has(const std::string& text, const std::string& part) {
  return count(text, part) > 0;
}

std::string line_with(const std::string& text, const std::string& part) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (has(line, part)) return line;
  return "";
}

// y = relu(x W) with its gradient and W <- W - 0.5 dW, by hand.
struct Step {
  Graph graph;
  Tensor x = graph.input("x", {4, 3});
  Tensor weights = graph.parameter("W", zeros({3, 2}));
  Tensor product = sketch("matmul", {4, 2}, {x, weights});
  Tensor y = sketch("relu", {4, 2}, {product}).named("y");
  Tensor gradient;
  Update update;

  Step() {
    {
      const Graph::Scope scope(graph, Phase::gradient, y.id());
      gradient = sketch("step", {4, 2}, {product});
    }
    {
      const Graph::Scope scope(graph, Phase::gradient, product.id());
      gradient = sketch("matmul", {3, 2}, {x, gradient}, {{"transpose_a", true}, {"transpose_b", false}});
    }
    const Graph::Scope scope(graph, Phase::update);
    const Tensor change = sketch("mul", {3, 2}, {graph.constant(0.5), gradient});
    update = {weights, sketch("sub", {3, 2}, {weights, change})};
  }
};

TEST(WriteDot, DrawsTheForwardGraphAlone) {
  const Step step;
  EXPECT_TRUE(matches_golden(drawn(step.graph, {.outputs = {step.y}}), "sketch_forward.dot"));
}

TEST(WriteDot, DrawsATrainingStepInThreeClusters) {
  const Step step;
  const std::string text = drawn(step.graph, {.outputs = {step.y}, .updates = {step.update}});
  EXPECT_TRUE(matches_golden(text, "sketch_training.dot"));
  EXPECT_EQ(count(text, "subgraph cluster_"), 3U);
}

// What a user draws: a network of two layers, and its training step.
struct Network {
  Graph graph;
  Tensor x = graph.input("x", {64, 784});
  Tensor labels = graph.input("labels", {64}, DType::int32);
  Tensor w1 = graph.parameter("W1", zeros({784, 128}));
  Tensor b1 = graph.parameter("b1", zeros({128}));
  Tensor w2 = graph.parameter("W2", zeros({128, 10}));
  Tensor b2 = graph.parameter("b2", zeros({10}));
  Tensor hidden = relu(add_bias(matmul(x, w1), b1)).named("hidden");
  Tensor scores = add_bias(matmul(hidden, w2), b2).named("scores");
  Tensor loss = softmax_cross_entropy(scores, labels).named("loss");

  std::vector<Update> descent() {
    const GradTable table = build_grad(loss, {w1, b1, w2, b2});
    std::vector<Update> updates;
    for (const auto& [parameter, gradient] : table) {
      const Graph::Scope scope(graph, Phase::update, parameter.id());
      updates.push_back({parameter, sub(parameter, scale(gradient, 0.1))});
    }
    return updates;
  }
};

TEST(WriteDot, DrawsANetwork) {
  const Network network;
  const std::string text = drawn(network.graph, {.outputs = {network.loss}});
  EXPECT_TRUE(matches_golden(text, "network_forward.dot"));
}

TEST(WriteDot, DrawsTheTrainingStepOfANetwork) {
  Network network;
  const std::vector<Update> updates = network.descent();
  const std::string text = drawn(network.graph, {.outputs = {network.loss}, .updates = updates});
  EXPECT_TRUE(matches_golden(text, "network_training.dot"));
}

TEST(WriteDot, DrawsTheForwardGraphTheSameBeforeAndAfterTheGradientIsBuilt) {
  Network network;
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

TEST(WriteDot, ShowsTypesAndAttributes) {
  Graph graph;
  const Tensor x = graph.input("x", {64, 784}, DType::float64);
  sketch("sum", {2}, {x}, {{"axes", std::vector<std::int64_t>{0, 1}}, {"keep", true}, {"off", false}});
  const std::string text = drawn(graph);
  EXPECT_TRUE(has(line_with(text, "<b>x</b>"), "float64 (64,784)"));
  EXPECT_TRUE(has(line_with(text, "<b>sum</b>"), "axes=(0,1), keep"));
  EXPECT_FALSE(has(text, "off"));
}

TEST(WriteDot, ShowsTheValueOfAScalarConstantAsItsTypePrintsIt) {
  Graph graph;
  graph.constant(0.1);
  graph.constant(std::numbers::pi, DType::float64).named("pi");
  graph.constant(7, DType::int32);
  graph.constant(std::numeric_limits<double>::quiet_NaN());
  graph.constant(full({3}, 8.0)).named("eights");
  const std::string text = drawn(graph);
  EXPECT_TRUE(has(text, "<b>0.1</b>"));
  EXPECT_TRUE(has(text, "<b>3.141592653589793</b><br/>pi"));
  EXPECT_TRUE(has(text, "<b>7</b>"));
  EXPECT_TRUE(has(text, "<b>nan</b>"));
  EXPECT_TRUE(has(text, "<b>constant</b><br/>eights"));
}

TEST(WriteDot, TooltipNamesTheForwardNodeOfAGradient) {
  const Step step;
  const std::string text = drawn(step.graph, {.outputs = {step.y, step.gradient}});
  EXPECT_TRUE(has(line_with(text, "<b>step</b>"), "tooltip=\"gradient of y (n3)\""));
  EXPECT_TRUE(has(line_with(text, "transpose_a"), "tooltip=\"gradient of matmul (n2)\""));
  EXPECT_EQ(count(text, "subgraph cluster_"), 2U) << "no cluster without nodes";
  // Without its forward node in the picture it has no number to give.
  const std::string part = drawn(step.graph, {.outputs = {step.gradient}});
  EXPECT_TRUE(has(line_with(part, "<b>step</b>"), "tooltip=\"gradient of y\""));
}

TEST(WriteDot, TooltipNamesTheParameterOfAnUpdate) {
  Network network;
  const std::string text = drawn(network.graph, {.updates = network.descent()});
  EXPECT_EQ(count(text, "tooltip=\"update of W1 (n"), 2U);
}

TEST(WriteDot, TooltipSaysTheUsersLineWhenAsked) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  const int line = __LINE__ - 1;
  EXPECT_TRUE(has(drawn(graph, {.outputs = {x}, .locations = true}),
                  "tooltip=\"dot_test.cpp:" + std::to_string(line) + "\""));
  EXPECT_FALSE(has(drawn(graph, {.outputs = {x}}), "dot_test"));
}

TEST(WriteDot, DrawsAnUpdateDashedAndOutsideOfTheRanking) {
  const Step step;
  const std::string text = drawn(step.graph, {.updates = {step.update}});
  const std::string line = line_with(text, "tooltip=\"update\"");
  EXPECT_TRUE(has(line, "style=dashed"));
  EXPECT_TRUE(has(line, "constraint=false"));
  EXPECT_TRUE(has(line, "  n1 -> n"));
  EXPECT_TRUE(has(line, "dir=back"));
  EXPECT_FALSE(has(text, "relu")) << "only what the update needs";
}

TEST(WriteDot, EscapesNames) {
  Graph graph;
  const Tensor x = graph.input("a\"b\\N\n<i>{c|d}&amp;\x01\xff\xc3\xa9", {2});
  Tensor gradient;
  {
    const Graph::Scope scope(graph, Phase::gradient, x.id());
    gradient = sketch("neg", {2}, {x});
  }
  const std::string text = drawn(graph);
  EXPECT_TRUE(has(text, R"(<b>a&quot;b\N\n&lt;i&gt;{c|d}&amp;amp;\x01\xff)"
                        "\xc3\xa9"
                        R"(</b>)"))
      << text;
  EXPECT_TRUE(has(text, R"(tooltip="gradient of a\"b\\N\\n<i>{c|d}&amp;amp;\\x01\\xff)"
                        "\xc3\xa9"
                        " (n0)\""))
      << text;
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

// Graphviz reads the text: no error, no warning.
void expect_valid(const std::string& text) {
  const std::string path = ::testing::TempDir() + "gradtable_dot_" +
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ofstream(path + ".dot") << text;
  const std::string command = "dot -Tsvg " + path + ".dot -o " + path + ".svg 2> " + path + ".err";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::ifstream errors(path + ".err");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(errors), {}), "");
}

bool graphviz_is_there() {
  return std::system("dot -V > /dev/null 2>&1") == 0;
}

TEST(WriteDot, IsValidForGraphviz) {
  if (!graphviz_is_there()) GTEST_SKIP() << "graphviz is not installed";
  const Step step;
  expect_valid(drawn(step.graph, {.outputs = {step.y}}));
  expect_valid(drawn(step.graph, {.outputs = {step.y}, .updates = {step.update}, .locations = true}));
}

TEST(WriteDot, IsValidForGraphvizWhateverTheNames) {
  if (!graphviz_is_there()) GTEST_SKIP() << "graphviz is not installed";
  std::vector<std::string> names = {"\"",
                                    "\\",
                                    "\\\\\"",
                                    "ends in \\",
                                    "\n",
                                    " ",
                                    "<",
                                    ">",
                                    "</b>",
                                    "<br/>",
                                    "|",
                                    "{}",
                                    "&",
                                    "&lt;",
                                    "&nonsense;",
                                    "]]>",
                                    "<!--",
                                    "-->",
                                    "\\N \\G \\l",
                                    "\xc3\xa9",
                                    "\xe0\x80\x80",
                                    "\xed\xa0\x80",
                                    "\xf4\x90\x80\x80",
                                    "\xc3",
                                    "\xef\xbf\xbf"};
  for (int c = 0; c < 256; ++c) names.push_back("byte " + std::to_string(c) + ": " + static_cast<char>(c));
  Graph graph;
  for (const std::string& name : names) {
    const Tensor x = graph.input(name, {2});
    const Graph::Scope scope(graph, Phase::gradient, x.id());
    sketch("neg", {2}, {x}).named(name + name);
  }
  expect_valid(drawn(graph));
}

}  // namespace
}  // namespace gradtable
