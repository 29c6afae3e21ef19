#include "gradtable/graph/program.hpp"

#include <cstdint>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "tests/graph/random_graph.hpp"
#include "tests/graph/values.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::kInfinity;
using testing::message_of;
using testing::number;
using testing::numbers_of;
using testing::RandomGraph;
using testing::same_bits;
using testing::values_one_by_one;

TEST(Program, ComputesItsOutputs) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor y = square(x), z = sum(y);
  Program program = compile(graph, {.outputs = {z, y}});
  program.run({{x, Array::of<double>({2}, {3, 4})}});
  EXPECT_EQ(program.value(z).item(), 25);
  EXPECT_EQ(numbers_of(program.value(y)), (std::vector<double>{9, 16}));
}

TEST(Program, GivesLeavesAsOutputs) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor c = graph.constant(7, DType::float64);
  const Tensor p = number(graph, "p", 5);
  Program program = compile(graph, {.outputs = {x, c, p}});
  {
    const Array fed = Array::of<double>({2}, {1, 2});
    program.run({{x, fed}});
  }
  graph.set_value(p, full({}, 6, DType::float64));
  EXPECT_EQ(numbers_of(program.value(x)), (std::vector<double>{1, 2}));
  EXPECT_EQ(program.value(c).item(), 7);
  EXPECT_EQ(program.value(p).item(), 5);
}

TEST(Program, TakesTensorsOfNoElements) {
  Graph graph;
  const Tensor x = graph.input("x", {0, 3}, DType::float64);
  Program program = compile(graph, {.outputs = {x, sum(x), exp(x)}});
  program.run({{x, ConstView({DType::float64, {0, 3}}, nullptr)}});
  EXPECT_EQ(program.value(sum(x)).item(), 0);
  EXPECT_EQ(program.value(exp(x)).shape(), (Shape{0, 3}));
}

TEST(Program, RefusesValuesThatItDoesNotHave) {
  Graph graph, other;
  const Tensor x = number(graph, "x", 2);
  const Tensor y = square(x);
  const Tensor hidden = square(y);
  const Tensor z = exp(hidden);
  Program program = compile(graph, {.outputs = {z}});
  EXPECT_TRUE(contains(message_of<GraphError>([&] { program.value(z); }), "a program that has run"));
  program.run();
  EXPECT_THROW(program.value(hidden), GraphError);
  EXPECT_THROW(program.value(Tensor()), GraphError);
  Tensor stranger = number(other, "stranger", 2);
  while (stranger.id() < z.id()) stranger = exp(stranger);
  EXPECT_THROW(program.value(stranger), GraphError);
}

TEST(Program, HasNoValuesAfterARunThatFailed) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor y = log(x);
  Program program = compile(graph, {.outputs = {y}, .finite = {y}});
  program.run({{x, full({}, 1, DType::float64)}});
  EXPECT_EQ(program.value(y).item(), 0);
  EXPECT_THROW(program.run({{x, full({}, 0, DType::float64)}}), NumericError);
  EXPECT_THROW(program.value(y), GraphError);
}

TEST(Program, OutlivesItsGraph) {
  auto graph = std::make_unique<Graph>();
  const Tensor x = graph->input("x", {2, 3}, DType::float64);
  const Tensor w = graph->parameter("w", full({3, 2}, 0.5, DType::float64));
  const Tensor c = graph->constant(full({2}, 3, DType::float64));
  const Tensor z = mean(add_bias(matmul(x, w), c));
  const Tensor updated = w - scale(build_grad(z, {w})[w], 4);
  Program program = compile(*graph, {.outputs = {z, c}, .updates = {{w, updated}}, .finite = {z}});
  graph.reset();
  const Array ones = full({2, 3}, 1, DType::float64);
  program.run({{x, ones}});
  EXPECT_EQ(program.value(z).item(), 4.5);
  program.run({{x, ones}});
  EXPECT_EQ(program.value(z).item(), 4.5 - 3 * 4 * 0.5);
  EXPECT_EQ(program.value(c).as<double>()[1], 3);
  // Errors need no graph either.
  const Array infinite = full({2, 3}, kInfinity, DType::float64);
  EXPECT_TRUE(contains(message_of<NumericError>([&] { program.run({{x, infinite}}); }), "inf first in x"));
  EXPECT_THROW(program.run(), GraphError);
}

TEST(Program, SharesTheParametersOfItsGraph) {
  Graph graph;
  const Tensor p = number(graph, "p", 1);
  const Tensor y = scale(p, 10);
  Program reader = compile(graph, {.outputs = {y}});
  Program writer = compile(graph, {.updates = {{p, p + 1}}});
  writer.run();
  reader.run();
  EXPECT_EQ(reader.value(y).item(), 20);
  graph.set_value(p, full({}, 5, DType::float64));
  reader.run();
  EXPECT_EQ(reader.value(y).item(), 50);
}

TEST(Program, TakesTheSameOutputTwice) {
  Graph graph;
  const Tensor x = number(graph, "x", 3);
  const Tensor y = square(x);
  Program program = compile(graph, {.outputs = {y, x, y, x}});
  program.run();
  EXPECT_EQ(program.value(y).item(), 9);
  EXPECT_EQ(program.value(x).item(), 3);
}

TEST(Program, ReusesTheMemoryOfAChain) {
  Graph graph;
  const Tensor x = graph.input("x", {64, 64}, DType::float64);
  Tensor y = x;
  for (int i = 0; i < 100; ++i) y = i % 2 == 0 ? tanh(y) : scale(y, 1.25);
  Program program = compile(graph, {.outputs = {y}, .threads = 1, .without = pass_names()});
  EXPECT_EQ(program.plan().steps.size(), 100U);
  EXPECT_LE(program.plan().peak_bytes, std::size_t{2 * 64 * 64 * 8});
}

TEST(Program, GivesWhatItsNodesGiveOneByOneInRandomGraphs) {
  int updates_made = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    RandomGraph made(seed);
    CompileOptions options = made.options();
    const auto expected = values_one_by_one(made.graph);
    options.without = pass_names();
    Program program = compile(made.graph, options);
    program.run();
    for (const Tensor& output : options.outputs)
      ASSERT_TRUE(same_bits(program.value(output), expected.at(output.id())))
          << seed << ' ' << output.label();
    for (const auto& [parameter, value] : options.updates) {
      ASSERT_TRUE(same_bits(made.graph.value(parameter), expected.at(value.id())))
          << seed << ' ' << parameter.label();
      updates_made += same_bits(expected.at(parameter.id()), expected.at(value.id())) ? 0 : 1;
    }
  }
  EXPECT_GT(updates_made, 100);
}

// Trains a little network on fixed data; what happens elsewhere must not change it.
std::vector<double> trained(std::uint64_t seed) {
  Graph graph;
  Random random(seed);
  Array first(DType::float64, {5, 7});
  for (double& value : first.as<double>()) value = random.uniform(-1, 1);
  const Tensor w = graph.parameter("w", std::move(first));
  const Tensor x = graph.constant(full({6, 5}, 0.3, DType::float64));
  const Tensor loss = mean(square(tanh(matmul(x, w)) - 0.5));
  Program program = compile(graph, {.outputs = {loss}, .updates = {{w, w - build_grad(loss, {w})[w]}}});
  std::vector<double> losses;
  for (int i = 0; i < 200; ++i) {
    program.run();
    losses.push_back(program.value(loss).item());
  }
  return losses;
}

TEST(Program, GivesTheSameBitsEachTime) {
  EXPECT_EQ(trained(1), trained(1));
  EXPECT_NE(trained(1), trained(2));
}

TEST(Program, RunsBesideAnotherInTwoThreads) {
  const auto alone = trained(1), other_alone = trained(2);
  std::vector<double> one, two;
  std::thread first([&] { one = trained(1); });
  std::thread second([&] { two = trained(2); });
  first.join();
  second.join();
  EXPECT_EQ(one, alone);
  EXPECT_EQ(two, other_alone);
}

TEST(Program, SharesReadParametersBetweenThreads) {
  Graph graph;
  const Tensor w = graph.parameter("w", full({32, 32}, 0.01, DType::float64));
  const Tensor y = sum(exp(matmul(w, w)));
  Program a = compile(graph, {.outputs = {y}}), b = compile(graph, {.outputs = {y}});
  const auto often = [](Program& program) {
    for (int i = 0; i < 100; ++i) program.run();
  };
  std::thread first(often, std::ref(a)), second(often, std::ref(b));
  first.join();
  second.join();
  EXPECT_EQ(a.value(y).item(), b.value(y).item());
  EXPECT_EQ(a.value(y).item(), evaluate(y).item());
}

TEST(Program, MovesWithItsValues) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor y = square(x);
  Program program = compile(graph, {.outputs = {y}});
  program.run({{x, full({}, 3, DType::float64)}});
  Program moved = std::move(program);
  EXPECT_EQ(moved.value(y).item(), 9);
  moved.run({{x, full({}, 4, DType::float64)}});
  EXPECT_EQ(moved.value(y).item(), 16);
  Program assigned = compile(graph, {.outputs = {exp(x)}});
  assigned = std::move(moved);
  assigned.run({{x, full({}, 5, DType::float64)}});
  EXPECT_EQ(assigned.value(y).item(), 25);
}

TEST(Program, ThatWasMovedAwayDoesNotRun) {
  Graph graph;
  Program program = compile(graph, {.outputs = {square(number(graph, "x", 2))}});
  const Program taken = std::move(program);
  EXPECT_THROW(program.run(), GraphError);  // NOLINT(bugprone-use-after-move)
}

TEST(Program, KnowsItsGraphFromALaterOneAtTheSameAddress) {
  auto graph = std::make_unique<Graph>();
  const Tensor x = graph->input("x", {}, DType::float64);
  const Tensor y = square(x);
  Program program = compile(*graph, {.outputs = {y}});
  graph.reset();
  graph = std::make_unique<Graph>();
  const Tensor a = graph->input("a", {}, DType::float64);
  const Tensor b = exp(a);
  const Array two = full({}, 2, DType::float64);
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{a, two}});
                       }),
                       "a tensor of another graph"));
  program.run({{x, two}});
  EXPECT_THROW(program.value(b), GraphError);
  EXPECT_EQ(program.value(y).item(), 4);
  EXPECT_TRUE(contains(message_of<GraphError>([&] { program.run({{y, two}}); }), "got one for node 1"));
}

}  // namespace
}  // namespace gradtable
