// What a drawing says of its nodes, whatever their names: text for people, and for Graphviz.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "tests/graph/drawings.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/text.hpp"

namespace gradtable {
namespace {

using testing::count;
using testing::drawn;
using testing::DrawnNetwork;
using testing::has;
using testing::line_with;
using testing::sketch;
using testing::Step;

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
  DrawnNetwork network;
  const std::string text = drawn(network.graph, {.updates = network.descent()});
  EXPECT_EQ(count(text, "tooltip=\"update of W1 (n"), 2U);
}

TEST(WriteDot, TooltipSaysTheUsersLineWhenAsked) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  const int line = __LINE__ - 1;
  EXPECT_TRUE(has(drawn(graph, {.outputs = {x}, .locations = true}),
                  "tooltip=\"dot_labels_test.cpp:" + std::to_string(line) + "\""));
  EXPECT_FALSE(has(drawn(graph, {.outputs = {x}}), "dot_labels_test"));
}

// Graphviz 2.43 takes the end of <...]> for the end of a CDATA section.
TEST(WriteDot, EscapesBrackets) {
  Graph graph;
  graph.input("w[0]", {2});
  EXPECT_TRUE(has(drawn(graph), "<b>w[0&#93;</b>"));
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
  EXPECT_TRUE(has(text, R"(<b>a&quot;b\\N\\n&lt;i&gt;{c|d}&amp;amp;\\x01\\xff)"
                        "\xc3\xa9"
                        R"(</b>)"))
      << text;
  EXPECT_TRUE(has(text, R"(tooltip="gradient of a\"b\\\\N\\\\n<i>{c|d}&amp;amp;\\\\x01\\\\xff)"
                        "\xc3\xa9"
                        " (n0)\""))
      << text;
}

// Graphviz reads the text: no error, no warning. Returns what it draws.
std::string expect_valid(const std::string& text) {
  const std::string path = ::testing::TempDir() + "gradtable_dot_" +
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ofstream(path + ".dot") << text;
  const std::string command = "dot -Tsvg " + path + ".dot -o " + path + ".svg 2> " + path + ".err";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::ifstream errors(path + ".err");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(errors), {}), "");
  std::ifstream svg(path + ".svg");
  return {std::istreambuf_iterator<char>(svg), {}};
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

// A leaf of this name and its gradient, whose tooltip has the name, too.
std::string drawn_with_gradient(const std::string& name) {
  Graph graph;
  const Tensor x = graph.input(name, {2});
  const Graph::Scope scope(graph, Phase::gradient, x.id());
  sketch("neg", {2}, {x}).named("of " + name);
  return drawn(graph);
}

TEST(WriteDot, DrawsBackslashesAsTheyAre) {
  if (!graphviz_is_there()) GTEST_SKIP() << "graphviz is not installed";
  for (const std::string name : {R"(net\Norm\Gain)", R"(\N)", R"(\G)", R"(\E\T\H\L)", R"(\l\r\n)", R"(\\N)",
                                 R"(\\\N\\)", R"(ends in \)", R"(a\x41)"}) {
    const std::string svg = expect_valid(drawn_with_gradient(name));
    EXPECT_TRUE(has(svg, ">" + name + "</text>")) << name << svg;
    EXPECT_TRUE(has(svg, ">of " + name + "</text>")) << name << svg;
    EXPECT_TRUE(has(svg, "xlink:title=\"gradient of " + name + " (n0)\"")) << name << svg;
  }
}

TEST(WriteDot, ShowsWhatHidesOrTurnsText) {
  const std::string text = drawn_with_gradient("a\u202Eb\u200B");
  EXPECT_TRUE(has(text, R"(<b>a\\xe2\\x80\\xaeb\\xe2\\x80\\x8b</b>)")) << text;
  EXPECT_FALSE(has(text, "\u202E") || has(text, "\u200B"));
}

TEST(WriteDot, CutsWhatIsTooLongForGraphvizBetweenTwoCharacters) {
  for (const std::string unit :
       {"L", "\xc3\xa9", "\xf0\x9f\x99\x82", "&", "<", "\"", "\\", "\n", "\xff", "\u202E"}) {
    for (const std::size_t bytes : {16370U, 16384U, 20000U, 1U << 20}) {
      std::string name;
      while (name.size() < bytes) name += unit;
      const std::string text = drawn_with_gradient(name);
      EXPECT_EQ(valid_utf8(text), text) << unit;
      EXPECT_LT(text.size(), 5 * 16384U) << unit;
      EXPECT_EQ(count(text, "..."), bytes > 16384 ? 3U : count(text, "...")) << unit << bytes;
      if (graphviz_is_there() && bytes == 20000U) expect_valid(text);
    }
  }
  EXPECT_FALSE(has(drawn_with_gradient(std::string(16000, 'L')), "..."));
}

TEST(WriteDot, BreaksWhatIsTooWideForGraphviz) {
  const std::string line(1000, 'x');
  EXPECT_TRUE(has(drawn_with_gradient(line), "<b>" + line + "</b>"));
  EXPECT_TRUE(has(drawn_with_gradient(line + line + "y"), "<b>" + line + "<br/>" + line + "<br/>y</b>"));
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
