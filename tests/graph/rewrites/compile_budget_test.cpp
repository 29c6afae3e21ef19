// How long compiling large graphs takes, of processor time: each pass is about linear in the graph.
#include <algorithm>
#include <ctime>

#include "tests/graph/rewrites/rewritten.hpp"
#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/product.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

constexpr int kNodes = 100'000;
constexpr double kBudget = 1;  // second

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
constexpr bool kMeasures = false;
#else
constexpr bool kMeasures = true;
#endif

class CompileBudget : public testing::Rewritten {
 protected:
  void expect_within_budget(const Tensor& output) const {
    if (!kMeasures) GTEST_SKIP() << "of an optimized build without sanitizers";
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
      const std::clock_t begin = std::clock();
      EXPECT_FALSE(compile(graph, {.outputs = {output}}).rewrites().empty());
      best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    RecordProperty("seconds", fmt::format("{:.3f}", best));
    EXPECT_LT(best, kBudget);
  }
};

TEST_F(CompileBudget, HoldsForALongChainOfElementWiseNodes) {
  const Tensor x = parameter("x", {300}), y = parameter("y", {300});
  Tensor z = x;
  while (graph.size() < kNodes) z = tanh(z * y - scale(sigmoid(z), 0.5)) + x;
  expect_within_budget(z);
}

TEST_F(CompileBudget, HoldsForARandomGraphWithProducts) {
  std::vector<Tensor> nodes = {parameter("x", {17, 17}), parameter("y", {17, 17})};
  const auto recent = [&] {
    return nodes[nodes.size() - 1 -
                 random.below(static_cast<std::uint32_t>(std::min<std::size_t>(nodes.size(), 30)))];
  };
  while (graph.size() < kNodes) {
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
  expect_within_budget(nodes.back());
}

}  // namespace
}  // namespace gradtable
