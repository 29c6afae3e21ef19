// Compiling is about linear in the graph: no pass looks at all nodes for each node. bench_graph has the
// times.
#include <algorithm>
#include <ctime>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

constexpr std::size_t kNodes = 100'000;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
constexpr bool kMeasures = false;
#else
constexpr bool kMeasures = true;
#endif

using Build = std::function<Tensor(Graph& graph, std::size_t nodes)>;

// Of processor time.
double seconds_to_compile(const Build& build, std::size_t nodes) {
  Graph graph;
  const Tensor output = build(graph, nodes);
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const std::clock_t begin = std::clock();
    EXPECT_FALSE(compile(graph, {.outputs = {output}}).rewrites().empty());
    best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return best;
}

// Four times as many nodes take about four times as long; sixteen times, where a pass were quadratic. And no
// pass takes so long that a user waits: on a quiet machine it is a second.
void expect_linear(const Build& build) {
  if (!kMeasures) GTEST_SKIP() << "of an optimized build without sanitizers";
  const double seconds = seconds_to_compile(build, kNodes);
  EXPECT_LT(seconds, 8 * seconds_to_compile(build, kNodes / 4));
  EXPECT_LT(seconds, 4);
}

TEST(CompileBudget, IsLinearForALongChainOfElementWiseNodes) {
  expect_linear([](Graph& graph, std::size_t size) {
    const Tensor x = graph.parameter("x", zeros({300})), y = graph.parameter("y", zeros({300}));
    Tensor z = x;
    while (graph.size() < size) z = tanh(z * y - scale(sigmoid(z), 0.5)) + x;
    return z;
  });
}

Tensor random_products(Graph& graph, std::size_t size) {
  Random random(1);
  std::vector<Tensor> nodes = {graph.parameter("x", zeros({17, 17})), graph.parameter("y", zeros({17, 17}))};
  const auto recent = [&] {
    return nodes[nodes.size() - 1 -
                 random.below(static_cast<std::uint32_t>(std::min<std::size_t>(nodes.size(), 30)))];
  };
  while (graph.size() < size) {
    const Tensor a = recent(), b = recent();
    switch (random.below(6)) {
      case 0:
        nodes.push_back(matmul(a, transpose(b)));
        break;
      case 1:
        nodes.push_back(a - scale(matmul(a, b), 0.1));
        break;
      case 2:
        nodes.push_back(tanh(a));
        break;
      case 3:
        nodes.push_back(transpose(a) + 0.0);
        break;
      default:
        nodes.push_back(a * sigmoid(b) - b);
    }
  }
  return nodes.back();
}

TEST(CompileBudget, IsLinearForARandomGraphWithProducts) {
  expect_linear(random_products);
}

}  // namespace
}  // namespace gradtable
