#include "gradtable/graph/program.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/allocations.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/classification.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/product.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor number(Graph& graph, const std::string& name, double value) {
  return graph.parameter(name, full({}, value, DType::float64));
}

std::vector<double> numbers(const ConstView& view) {
  const auto values = view.as<double>();
  return {values.begin(), values.end()};
}

bool same_bits(const ConstView& a, const ConstView& b) {
  return a.type == b.type && std::memcmp(a.data, b.data, a.type.bytes()) == 0;
}

TEST(Program, ComputesItsOutputs) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor y = square(x), z = sum(y);
  Program program = compile(graph, {.outputs = {z, y}});
  program.run({{x, Array::of<double>({2}, {3, 4})}});
  EXPECT_EQ(program.value(z).item(), 25);
  EXPECT_EQ(numbers(program.value(y)), (std::vector<double>{9, 16}));
}

TEST(Program, ExecutesOnlyWhatIsNeeded) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const Tensor y = square(x);
  exp(y);
  log(y);
  EXPECT_EQ(compile(graph, {.outputs = {y}}).plan().steps.size(), 1U);
}

TEST(Program, SwapsTwoParameters) {
  Graph graph;
  const Tensor p = number(graph, "p", 1), q = number(graph, "q", 2);
  Program program = compile(graph, {.updates = {{p, q}, {q, p}}});
  program.run();
  EXPECT_EQ(graph.value(p).item(), 2);
  EXPECT_EQ(graph.value(q).item(), 1);
}

TEST(Program, ComputesAllUpdatesFromTheOldValues) {
  Graph graph;
  const Tensor p = number(graph, "p", 1), q = number(graph, "q", 2);
  Program program = compile(graph, {.updates = {{p, p + q}, {q, p}}});
  program.run();
  EXPECT_EQ(graph.value(p).item(), 3);
  EXPECT_EQ(graph.value(q).item(), 1);
  program.run();
  EXPECT_EQ(graph.value(p).item(), 4);
  EXPECT_EQ(graph.value(q).item(), 3);
}

TEST(Program, UpdatesFromEachOtherWhateverTheOrderOfTheirNodes) {
  for (const bool p_first : {true, false}) {
    Graph graph;
    const Tensor p = number(graph, "p", 1), q = number(graph, "q", 10);
    Tensor new_p, new_q;
    if (p_first) new_p = p + q;
    new_q = q - p;
    if (!p_first) new_p = p + q;
    Program program = compile(graph, {.updates = {{p, new_p}, {q, new_q}}});
    program.run();
    EXPECT_EQ(graph.value(p).item(), 11);
    EXPECT_EQ(graph.value(q).item(), 9);
  }
}

TEST(Program, GivesTwoParametersTheSameNewValue) {
  Graph graph;
  const Tensor p = number(graph, "p", 1), q = number(graph, "q", 10);
  const Tensor both = p + q;
  Program program = compile(graph, {.updates = {{p, both}, {q, both}}});
  program.run();
  program.run();
  EXPECT_EQ(graph.value(p).item(), 22);
  EXPECT_EQ(graph.value(q).item(), 22);
}

// Asking for the parameter itself keeps its old numbers until the end of the run, and so forbids to update it
// in place.
TEST(Program, UpdatesInPlaceAsByCopy) {
  Array results[2];
  std::size_t memory[2];
  for (const bool by_copy : {false, true}) {
    Graph graph;
    const Tensor p = graph.parameter("p", full({100}, 1, DType::float64));
    const Tensor loss = sum(p);
    const Tensor updated = p - scale(exp(p), 0.1);
    Program program = compile(
        graph, {.outputs = by_copy ? std::vector{loss, p} : std::vector{loss}, .updates = {{p, updated}}});
    for (int i = 0; i < 5; ++i) program.run();
    results[by_copy] = graph.value(p);
    memory[by_copy] = program.plan().peak_bytes;
  }
  EXPECT_TRUE(same_bits(results[0], results[1]));
  EXPECT_NE(results[0].as<double>()[0], 1);
  EXPECT_LT(memory[0], memory[1]);
}

TEST(Program, ItsOutputsHoldTheParametersFromBeforeTheUpdates) {
  Graph graph;
  const Tensor p = number(graph, "p", 1);
  const Tensor twice = scale(p, 2);
  Program program = compile(graph, {.outputs = {p, twice}, .updates = {{p, twice}}});
  program.run();
  program.run();
  EXPECT_EQ(program.value(p).item(), 2);
  EXPECT_EQ(program.value(twice).item(), 4);
  EXPECT_EQ(graph.value(p).item(), 4);
}

TEST(Program, KeepsItsOutputsWhenTheParameterIsSetAfterwards) {
  Graph graph;
  const Tensor p = number(graph, "p", 1);
  const Tensor twice = scale(p, 2);
  Program program = compile(graph, {.outputs = {twice}, .updates = {{p, twice}}});
  program.run();
  graph.set_value(p, full({}, 100, DType::float64));
  EXPECT_EQ(program.value(twice).item(), 2);
}

TEST(Program, LetsOthersReadTheValueOfAnUpdate) {
  Graph graph;
  const Tensor p = number(graph, "p", 3);
  const Tensor updated = scale(p, 2);
  const Tensor after = exp(neg(updated)) + updated;
  Program program = compile(graph, {.outputs = {after}, .updates = {{p, updated}}});
  program.run();
  EXPECT_EQ(program.value(after).item(), std::exp(-6.0) + 6);
  EXPECT_EQ(graph.value(p).item(), 6);
}

class Feeds : public ::testing::Test {
 protected:
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor y = graph.input("y", {2}, DType::float64);
  const Tensor unused = graph.input("unused", {2}, DType::float64);
  Program program = compile(graph, {.outputs = {x + y}});
  const Array two = zeros({2}, DType::float64);
};

TEST_F(Feeds, MustNotBeMissing) {
  const std::string message = message_of<GraphError>([&] { program.run({{x, two}}); });
  EXPECT_TRUE(contains(message, "a feed for the input y of float64 (2), got none"));
  EXPECT_TRUE(contains(message, "program_test.cpp:"));
}

TEST_F(Feeds, MustBeInputsOfTheProgram) {
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{x, two}, {y, two}, {unused, two}});
                       }),
                       "got one for unused"));
  const Tensor p = graph.parameter("p", two);
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{x, two}, {y, two}, {p, two}});
                       }),
                       "got one for p"));
}

TEST_F(Feeds, MustNotComeTwice) {
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{x, two}, {x, two}});
                       }),
                       "two feeds for x"));
}

TEST_F(Feeds, MustHaveTheTypeOfTheInput) {
  const Array three = zeros({3}, DType::float64);
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         program.run({{x, two}, {y, three}});
                       }),
                       "expected float64 (2) for the input y, got float64 (3)"));
  const Array single = zeros({2});
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         program.run({{x, two}, {y, single}});
                       }),
                       "got float32 (2)"));
}

TEST_F(Feeds, MustBeOfTheSameGraph) {
  Graph other;
  const Tensor stranger = other.input("stranger", {2}, DType::float64);
  EXPECT_THROW(program.run({{stranger, two}, {y, two}}), GraphError);
  EXPECT_THROW(program.run({{Tensor(), two}, {y, two}}), GraphError);
}

TEST_F(Feeds, AreReadWhereTheyLie) {
  // Two of four numbers, from an address that is no multiple of a cache line.
  alignas(64) std::array all{1.0, 2.0, 3.0, 4.0};
  const ConstView middle(std::span<const double>(all).subspan(1, 2), {2});
  Program sum_of = compile(graph, {.outputs = {x + y}});
  sum_of.run({{x, middle}, {y, two}});
  EXPECT_EQ(numbers(sum_of.value(x + y)), (std::vector<double>{2, 3}));
  all[1] = 20;
  sum_of.run({{x, middle}, {y, middle}});
  EXPECT_EQ(numbers(sum_of.value(x + y)), (std::vector<double>{40, 6}));
}

TEST_F(Feeds, ThatFailedDoNotSpoilTheNextRun) {
  program.run({{x, full({2}, 1, DType::float64)}, {y, two}});
  EXPECT_THROW(program.run({{x, full({2}, 5, DType::float64)}}), GraphError);
  program.run({{x, full({2}, 2, DType::float64)}, {y, full({2}, 3, DType::float64)}});
  EXPECT_EQ(numbers(program.value(x + y)), (std::vector<double>{5, 5}));
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
  EXPECT_EQ(numbers(program.value(x)), (std::vector<double>{1, 2}));
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

// A random graph of (3,4), (4,3), (4) and scalar float64 nodes.
class RandomGraph {
 public:
  explicit RandomGraph(std::uint64_t seed) : random(seed) {
    for (int i = 0; i < 4; ++i) {
      Array value(DType::float64, {3, 4});
      for (double& v : value.as<double>()) v = random.uniform(-1, 1);
      parameters.push_back(graph.parameter(fmt::format("p{}", i), std::move(value)));
    }
    nodes = parameters;
    nodes.push_back(graph.constant(0.75, DType::float64));
    while (nodes.size() < 250) nodes.push_back(grow());
  }

  Tensor any() { return nodes[random.below(static_cast<std::uint32_t>(nodes.size()))]; }
  // A recent one more often than not, so that chains arise as well as values that live long.
  Tensor recent() {
    const auto count = static_cast<std::uint32_t>(nodes.size());
    return random.below(3) == 0 ? any() : nodes[count - 1 - random.below(std::min(count, 5U))];
  }

  Graph graph;
  Random random;
  std::vector<Tensor> parameters;
  std::vector<Tensor> nodes;

 private:
  Tensor grow() {
    const Tensor a = recent(), b = random.below(4) == 0 ? a : any();
    switch (random.below(9)) {
      case 0:
        return tanh(a);
      case 1:
        return sigmoid(a);
      case 2:
        return relu(scale(a, random.uniform(-2, 2)));
      case 3:
        return a.shape().rank() > 0 ? mean(a, {0}) : neg(a);
      case 4:
        return a.shape().rank() == 2
                   ? transpose(a)
                   : broadcast_to(a, a.shape().rank() == 1 ? Shape{3, a.shape()[0]} : Shape{4});
      case 5:
        return a.shape().rank() == 2 && b.shape().rank() == 2 && a.shape()[1] == b.shape()[0]
                   ? matmul(a, b)
                   : square(tanh(a));
      default:
        if (!broadcast_shapes(a.shape(), b.shape())) return sum(a);
        return random.below(2) == 0 ? tanh(a - b) : mul(a, sigmoid(b));
    }
  }
};

// Each node by its own forward, into memory of its own.
std::map<NodeId, Array> values_one_by_one(const Graph& graph) {
  std::map<NodeId, Array> values;
  for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id) {
    const Node& node = graph.node(id);
    if (node.value) {
      values.emplace(id, *node.value);
      continue;
    }
    std::vector<ConstView> inputs;
    std::vector<TensorType> types;
    for (const NodeId input : node.inputs) {
      inputs.push_back(values.at(input).view());
      types.push_back(inputs.back().type);
    }
    Array value(node.type.dtype, node.type.shape);
    node.op->forward(inputs, value.view(), {0, node.op->parts(types, node.type)});
    values.emplace(id, std::move(value));
  }
  return values;
}

TEST(Program, GivesWhatItsNodesGiveOneByOneInRandomGraphs) {
  int updates_made = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    RandomGraph made(seed);
    CompileOptions options;
    for (int i = 0; i < 12; ++i) options.outputs.push_back(made.any());
    for (const Tensor& parameter : made.parameters) {
      const Tensor from = made.any();
      Tensor value = from.type() == parameter.type() ? from : made.any();
      // Half of the new values are made of the old, as those of an optimizer.
      if (value.type() != parameter.type() || made.random.below(2) == 0)
        value = parameter - scale(tanh(parameter), 0.5);
      options.updates.push_back({parameter, value});
    }
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

TEST(Program, DoesNotAllocateAfterTheFirstRun) {
  Graph graph;
  const Tensor x = graph.input("x", {8, 16});
  const Tensor labels = graph.input("labels", {8}, DType::int32);
  const Tensor w = graph.parameter("w", full({16, 4}, 0.1));
  const Tensor b = graph.parameter("b", full({4}, 0.1));
  const Tensor scores = add_bias(matmul(tanh(square(x)), w), b);
  const Tensor loss = softmax_cross_entropy(scores, labels);
  const Tensor other = mean(log_softmax(scores) * exp(softmax(sigmoid(scores)) - 1), {1});
  const Tensor shaped = reshape(transpose(scores), {2, 16});
  const Tensor best = argmax(scores);
  const GradTable table = build_grad(loss + sum(other) + sum(relu(shaped)), {w, b});
  Program program = compile(graph, {.outputs = {loss, other, shaped, best, b, x, one_hot(best, 4)},
                                    .updates = {{w, w - scale(table[w], 0.1)}, {b, b - scale(table[b], 0.1)}},
                                    .finite = {loss}});
  const Array images = full({8, 16}, 0.5), classes = Array::of<std::int32_t>({8}, {0, 1, 2, 3, 0, 1, 2, 3});
  const std::int64_t at_first = testing::allocations();
  ASSERT_GT(at_first, 0);  // they are counted
  program.run({{x, images}, {labels, classes}});
  const std::int64_t before = testing::allocations();
  for (int i = 0; i < 3; ++i) program.run({{x, images}, {labels, classes}});
  EXPECT_EQ(testing::allocations() - before, 0);
}

TEST(Finite, NamesTheFirstNodeThatIsNot) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor p = graph.parameter("p", full({2}, 1, DType::float64));
  const Tensor a = square(mul(x, p));
  const int line = __LINE__ + 1;
  const Tensor b = log(a).named("entropy");
  const Tensor loss = sum(exp(tanh(b)) + scale(b, 3));
  Program program = compile(graph, {.outputs = {loss}, .updates = {{p, p + a}}, .finite = {loss}});
  const std::string message = message_of<NumericError>([&] {
    program.run({{x, zeros({2}, DType::float64)}});
  });
  EXPECT_TRUE(contains(message, "got -inf first in entropy (log)"));
  EXPECT_TRUE(contains(message, fmt::format("program_test.cpp:{}]", line)));
  program.run({{x, full({2}, 2, DType::float64)}});
  EXPECT_EQ(numbers(graph.value(p)), (std::vector<double>{5, 5}));
}

TEST(Finite, KeepsAllParametersWhenItFails) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor p = number(graph, "p", 1), q = number(graph, "q", 2);
  // Nodes of both updates stand before the one that is checked.
  const Tensor new_p = p + 1, new_q = q + x;
  const Tensor loss = log(x);
  Program program =
      compile(graph, {.outputs = {loss}, .updates = {{p, new_p}, {q, new_q}}, .finite = {loss}});
  EXPECT_THROW(program.run({{x, full({}, -1, DType::float64)}}), NumericError);
  EXPECT_EQ(graph.value(p).item(), 1);
  EXPECT_EQ(graph.value(q).item(), 2);
  program.run({{x, full({}, 1, DType::float64)}});
  EXPECT_EQ(graph.value(p).item(), 2);
  EXPECT_EQ(graph.value(q).item(), 3);
}

TEST(Finite, NamesAFeedOrAParameterThatIsNot) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor p = number(graph, "weights", 1);
  const Tensor loss = exp(tanh(x)) + p;
  Program program = compile(graph, {.outputs = {loss}, .finite = {loss}});
  const Array one = full({}, 1, DType::float64);
  const Array nan = full({}, std::nan(""), DType::float64);
  EXPECT_TRUE(contains(message_of<NumericError>([&] { program.run({{x, nan}}); }), "got nan first in x "));
  graph.set_value(p, full({}, kInfinity, DType::float64));
  EXPECT_TRUE(contains(message_of<NumericError>([&] {
                         program.run({{x, one}});
                       }),
                       "got inf first in weights "));
}

TEST(Finite, IsCheckedOnlyWhereAsked) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor loose = log(x), strict = square(x);
  Program program = compile(graph, {.outputs = {loose, strict}, .finite = {strict}});
  program.run({{x, zeros({2}, DType::float64)}});
  EXPECT_EQ(program.value(loose).as<double>()[0], -kInfinity);
  EXPECT_THROW(program.run({{x, Array::of<double>({2}, {1, 1e200})}}), NumericError);
}

TEST(Finite, TakesLeavesAndNodesThatAreNoOutputs) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor p = number(graph, "p", 1);
  Program program = compile(graph, {.updates = {{p, p + 1}}, .finite = {x, exp(x)}});
  EXPECT_THROW(program.run({{x, full({}, 1000, DType::float64)}}), NumericError);
  EXPECT_THROW(program.run({{x, full({}, -kInfinity, DType::float64)}}), NumericError);
  EXPECT_EQ(graph.value(p).item(), 1);
  program.run({{x, full({}, 1, DType::float64)}});
  EXPECT_EQ(graph.value(p).item(), 2);
}

class Compile : public ::testing::Test {
 protected:
  std::string graph_error(const CompileOptions& options) {
    return message_of<GraphError>([&] { compile(graph, options); });
  }
  Graph graph, other;
  const Tensor p = number(graph, "p", 1);
  const Tensor y = square(p);
  const Tensor stranger = number(other, "stranger", 1);
};

TEST_F(Compile, RefusesToComputeNothing) {
  EXPECT_TRUE(contains(graph_error({}), "at least one output or update"));
  EXPECT_TRUE(contains(graph_error({.finite = {y}}), "at least one output or update"));
}

TEST_F(Compile, RefusesUpdatesThatCannotBe) {
  EXPECT_TRUE(contains(graph_error({.updates = {{y.named("y"), p}}}), "a parameter to update, got y"));
  EXPECT_TRUE(contains(graph_error({.updates = {{p, y}, {p, p}}}), "got two of p"));
  const Tensor wide = broadcast_to(p, {2});
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         compile(graph, {.updates = {{p, wide}}});
                       }),
                       "expected float64 () to update p, got float64 (2)"));
}

TEST_F(Compile, RefusesFewerThanNoThreads) {
  EXPECT_TRUE(
      contains(graph_error({.outputs = {y}, .threads = -1}), "0 or more threads, of them at least 1"));
  EXPECT_TRUE(contains(graph_error({.outputs = {y}, .min_threads = 0}), "got 0 and 0"));
}

TEST_F(Compile, RefusesTensorsOfOtherGraphsAndEmptyOnes) {
  for (const Tensor& bad : {stranger, Tensor()}) {
    EXPECT_TRUE(contains(graph_error({.outputs = {bad}}), "expected outputs of the graph"));
    EXPECT_TRUE(contains(graph_error({.outputs = {y}, .finite = {bad}}), "expected tensors to check"));
    EXPECT_TRUE(contains(graph_error({.updates = {{bad, y}}}), "expected parameters"));
    EXPECT_TRUE(contains(graph_error({.updates = {{p, bad}}}), "expected updates"));
  }
}

TEST(Evaluate, ComputesOneTensor) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Array y = evaluate(square(x), {{x, Array::of<double>({2}, {3, 4})}});
  EXPECT_EQ(numbers(y), (std::vector<double>{9, 16}));
  EXPECT_THROW(evaluate(square(x)), GraphError);
  EXPECT_THROW(evaluate(Tensor()), GraphError);
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

TEST(Program, RefusesHugeOutputsInsteadOfWrappingTheirSizes) {
  Graph graph;
  const Tensor x = number(graph, "x", 1);
  std::vector<Tensor> huge;
  for (int i = 1; i <= 4; ++i) huge.push_back(broadcast_to(x * i, {std::int64_t{1} << 59}));
  EXPECT_THROW(compile(graph, {.outputs = huge}), std::bad_alloc);
}

TEST(Program, IsNotFedItsOwnOutput) {
  Graph graph;
  const Tensor h = graph.input("h", {3, 3}, DType::float64);
  const Tensor next = transpose(h);
  Program program = compile(graph, {.outputs = {next}});
  program.run({{h, Array(DType::float64, {3, 3})}});
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{h, program.value(next)}});
                       }),
                       "the feed for h in memory that the run does not write, got an output of the program"));
  EXPECT_NO_THROW(program.run({{h, Array(program.value(next))}}));
}

TEST(Program, IsNotFedAParameterThatItUpdatesInPlace) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor w = number(graph, "w", 1), v = number(graph, "v", 0);
  Program program = compile(graph, {.updates = {{w, w - 1.0}, {v, v + x}}});
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{x, graph.value(w)}});
                       }),
                       "an updated parameter"));
  program.run({{x, Array(graph.value(w))}});
  EXPECT_EQ(graph.value(v).item(), 1);
}

TEST(Program, ChangesNoParameterWhenAnOpThrows) {
  Graph graph;
  const Tensor w = number(graph, "w", 1);
  const Tensor changed = w - 1.0;  // made before the op that throws
  const Tensor labels = graph.input("labels", {1}, DType::int32);
  const Tensor rows = one_hot(labels, 2);
  Program program = compile(graph, {.outputs = {rows}, .updates = {{w, changed}}});
  EXPECT_THROW(program.run({{labels, Array::of<std::int32_t>({1}, {7})}}), DataError);
  EXPECT_EQ(graph.value(w).item(), 1);
  program.run({{labels, Array::of<std::int32_t>({1}, {1})}});
  EXPECT_EQ(graph.value(w).item(), 0);
}

TEST(Program, RefusesAFeedWithoutAnAddress) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  Program program = compile(graph, {.outputs = {square(x)}});
  EXPECT_THROW(program.run({{x, {}}}), ShapeError);
  EXPECT_THROW(program.run({{x, ConstView(x.type(), nullptr)}}), ShapeError);
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
