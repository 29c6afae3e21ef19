// A graph as deep as it is long: nothing that works on graphs may recurse.
#include <functional>
#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>
#include <pthread.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {
namespace {

// Runs `action` on a stack that no recursion over a long chain would fit.
void on_small_stack(std::function<void()> action) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  const auto call = [](void* function) -> void* {
    (*static_cast<std::function<void()>*>(function))();
    return nullptr;
  };
  pthread_t thread{};
  if (pthread_create(&thread, &attributes, call, &action) != 0) throw std::runtime_error("no thread");
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST(Chain, OfAMillionNodesIsBuiltDifferentiatedRunAndDestroyed) {
  on_small_stack([] {
    auto graph = std::make_unique<Graph>();
    const Tensor x = graph->parameter("x", full({}, 0.25, DType::float64));
    const Tensor one = graph->constant(1, DType::float64);
    Tensor y = x;
    // y <- 1 - y, in two nodes.
    for (int i = 0; i < 500'001; ++i) y = add(scale(y, -1), one);
    EXPECT_GE(graph->size(), 1'000'000U);
    const Tensor gradient = build_grad(y, {x})[x];
    Program program = compile(*graph, {.outputs = {y, gradient}});
    program.run();
    EXPECT_EQ(program.value(y).item(), 0.75);
    EXPECT_EQ(program.value(gradient).item(), -1);
    graph.reset();
  });
}

// A chain whose nodes have two paths to each next one: the number of paths doubles at each step.
TEST(Chain, OfDiamondsIsDifferentiatedOnceForEachNode) {
  Graph graph;
  const Tensor x = graph.parameter("x", full({}, 1, DType::float64));
  Tensor y = x;
  for (int i = 0; i < 60; ++i) y = add(scale(y, 0.25), scale(y, 0.75));
  const std::size_t before = graph.size();
  const Tensor gradient = build_grad(y, {x})[x];
  EXPECT_LE(graph.size() - before, 1U + 3 * 60);
  EXPECT_EQ(evaluate(gradient).item(), 1);
}

}  // namespace
}  // namespace gradtable
