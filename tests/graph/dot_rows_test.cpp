// The order for the eye: gradients beside what they belong to, updates on the right.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/graph/drawings.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::count;
using testing::drawn;
using testing::DrawnNetwork;
using testing::has;
using testing::line_with;

// The name of the only node whose label has this part, as "n12"; empty where there is none.
std::string node_with(const std::string& dot, const std::string& part) {
  const std::string line = line_with(dot, part);
  if (line.empty()) return {};
  const std::size_t first = line.find_first_not_of(' ');
  return line.substr(first, line.find(' ', first) - first);
}

TEST(DotRows, HaveEachGradientBesideItsVariable) {
  DrawnNetwork network;
  const std::vector<Update> updates = network.descent();
  const std::string dot = drawn(network.graph, {.outputs = {network.loss}, .updates = updates});
  for (const std::string variable : {"W1", "b1", "W2", "b2", "hidden", "scores"}) {
    const std::string node = node_with(dot, "<br/>" + variable + "<br/>");
    const std::string leaf = node_with(dot, "<b>" + variable + "</b>");
    const std::string row = line_with(dot, fmt::format(" {};", leaf.empty() ? node : leaf));
    EXPECT_TRUE(has(row, "{rank=same;")) << variable;
    EXPECT_TRUE(has(row, fmt::format(" {};", node_with(dot, "∂loss/∂" + variable + "<br/>")))) << row;
  }
}

TEST(DotRows, AreOfDrawingsWithSeveralPhases) {
  const DrawnNetwork network;
  const std::string dot = drawn(network.graph, {.outputs = {network.loss}});
  EXPECT_FALSE(has(dot, "rank=same") || has(dot, "newrank"));
}

TEST(DotRows, HoldTheForwardPassAlone) {
  DrawnNetwork network;
  const std::vector<Update> updates = network.descent();
  const std::string dot = drawn(network.graph, {.outputs = {network.loss}, .updates = updates});
  const std::string upwards =
      fmt::format("  {} -> {} [", node_with(dot, "∂loss/∂scores<br/>"), node_with(dot, "∂loss/∂hidden<br/>"));
  EXPECT_TRUE(has(line_with(dot, upwards), "constraint=false"));
  const std::string downwards =
      fmt::format("  {} -> {}", node_with(dot, "<br/>hidden<br/>"), node_with(dot, "float32 (64,10)"));
  EXPECT_FALSE(has(line_with(dot, downwards), "constraint=false")) << downwards;
}

// x^3, of the second order.
struct Cube {
  Graph graph;
  Tensor x = graph.parameter("x", full({}, 2));
  Tensor z = (x * x * x).named("z");
  Tensor first = build_grad(z, {x})[x];
  Tensor second = build_grad(first, {x})[x];
};

TEST(DotRows, HaveClustersForGradientsOfGradients) {
  const Cube cube;
  const std::string dot = drawn(cube.graph, {.outputs = {cube.z, cube.second}});
  EXPECT_EQ(count(dot, "subgraph cluster_"), 3U);
  EXPECT_TRUE(has(dot, "label=\"gradient of order 2\""));
}

// As Graphviz draws them, where it is installed.
class DrawnRows : public ::testing::Test {
 protected:
  struct Point {
    double x = 0, y = 0;
  };

  void SetUp() override {
    std::istringstream folders(std::getenv("PATH"));
    for (std::string folder; std::getline(folders, folder, ':');)
      if (std::filesystem::exists(folder + "/dot")) return;
    GTEST_SKIP() << "no dot on the PATH";
  }

  // Where the nodes stand; each edge has one curve.
  std::map<std::string, Point> places(const std::string& dot) const {
    const testing::ProcessResult result =
        testing::run_process({"timeout", "60", "dot", "-Tplain", folder_.write("graph.dot", dot)});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::map<std::string, Point> found;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string kind, name;
      words >> kind >> name;
      if (kind == "node") words >> found[name].x >> found[name].y;
    }
    return found;
  }

  // Nodes of one row of the text stand on one line, and clusters from the left to the right.
  void expect_rows(const std::string& dot) const {
    const std::map<std::string, Point> place = places(dot);
    std::istringstream lines(dot);
    std::map<std::string, int> clusters;
    int cluster = 0;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string first;
      words >> first;
      if (first == "subgraph") ++cluster;
      if (has(line, "[label=<")) clusters[first] = cluster;
      if (first != "{rank=same;") continue;
      std::string before;
      for (std::string node; words >> node;) {
        node = node.substr(0, node.find(';'));
        if (!before.empty()) {
          EXPECT_NEAR(place.at(node).y, place.at(before).y, 0.02) << before << " " << node;
          if (clusters[before] < clusters[node]) {
            EXPECT_LT(place.at(before).x, place.at(node).x) << line;
          }
        }
        before = node;
      }
    }
  }

  testing::TemporaryFolder folder_;
};

TEST_F(DrawnRows, OfATrainingStep) {
  DrawnNetwork network;
  const std::vector<Update> updates = network.descent();
  expect_rows(drawn(network.graph, {.outputs = {network.loss}, .updates = updates}));
}

TEST_F(DrawnRows, OfTheSecondOrder) {
  const Cube cube;
  expect_rows(drawn(cube.graph, {.outputs = {cube.z, cube.second}}));
}

// Two branches, a shared weight, a variable used twice by one op.
TEST_F(DrawnRows, OfBranches) {
  Graph g;
  const Tensor x = g.input("x", {8, 4});
  const Tensor W = g.parameter("W", full({4, 4}, 1)), v = g.parameter("v", full({4, 1}, 1));
  const Tensor product = matmul(x, W), left = tanh(product);
  const Tensor right = product + matmul(relu(product), W), z = mean(matmul(left * right * right, v));
  std::vector<Update> updates;
  for (const auto& [parameter, gradient] : build_grad(z, {W, v})) {
    const Graph::Scope scope(g, Phase::update, parameter.id());
    updates.push_back({parameter, parameter - 0.1 * gradient});
  }
  expect_rows(drawn(g, {.outputs = {z}, .updates = updates}));
}

}  // namespace
}  // namespace gradtable
