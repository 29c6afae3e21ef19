#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::number;
using testing::numbers_of;
using testing::same_bits;

TEST(Updates, SwapsTwoParameters) {
  Graph graph;
  const Tensor p = number(graph, "p", 1), q = number(graph, "q", 2);
  Program program = compile(graph, {.updates = {{p, q}, {q, p}}});
  program.run();
  EXPECT_EQ(graph.value(p).item(), 2);
  EXPECT_EQ(graph.value(q).item(), 1);
}

TEST(Updates, ComputesAllUpdatesFromTheOldValues) {
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

TEST(Updates, UpdatesFromEachOtherWhateverTheOrderOfTheirNodes) {
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

TEST(Updates, GivesTwoParametersTheSameNewValue) {
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
TEST(Updates, UpdatesInPlaceAsByCopy) {
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

TEST(Updates, ItsOutputsHoldTheParametersFromBeforeTheUpdates) {
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

TEST(Updates, KeepsItsOutputsWhenTheParameterIsSetAfterwards) {
  Graph graph;
  const Tensor p = number(graph, "p", 1);
  const Tensor twice = scale(p, 2);
  Program program = compile(graph, {.outputs = {twice}, .updates = {{p, twice}}});
  program.run();
  graph.set_value(p, full({}, 100, DType::float64));
  EXPECT_EQ(program.value(twice).item(), 2);
}

TEST(Updates, LetsOthersReadTheValueOfAnUpdate) {
  Graph graph;
  const Tensor p = number(graph, "p", 3);
  const Tensor updated = scale(p, 2);
  const Tensor after = exp(neg(updated)) + updated;
  Program program = compile(graph, {.outputs = {after}, .updates = {{p, updated}}});
  program.run();
  EXPECT_EQ(program.value(after).item(), std::exp(-6.0) + 6);
  EXPECT_EQ(graph.value(p).item(), 6);
}

// W is read as a factor and as what the product is added to: the second alone may be overwritten.
TEST(Updates, OfAMatrixByItsOwnProductReadsTheOldNumbersThroughout) {
  for (const int threads : {1, 2}) {
    Graph graph;
    const Tensor w = graph.parameter("w", Array::of<double>({2, 2}, {1, 2, 3, 4}));
    Program program =
        compile(graph, {.updates = {{w, w - scale(matmul(w, w), 0.5)}}, .min_threads = threads});
    ASSERT_TRUE(contains(program.plan().steps.back().label, "gemm"));
    program.run();
    EXPECT_EQ(numbers_of(graph.value(w)), (std::vector<double>{-2.5, -3, -4.5, -7}));
  }
}

TEST(Updates, OfParametersWithoutElementsDoNothing) {
  for (const bool by_copy : {false, true}) {
    Graph graph;
    const Tensor p = graph.parameter("p", zeros({0, 3}, DType::float64));
    const Tensor updated = p - scale(p, 0.5);
    CompileOptions options{.updates = {{p, updated}}, .finite = {updated}};
    if (by_copy) options.outputs = {p};
    Program program = compile(graph, options);
    EXPECT_NO_THROW(program.run());
    EXPECT_EQ(graph.value(p).shape(), (Shape{0, 3}));
  }
}

TEST(Updates, ChangesNoParameterWhenAnOpThrows) {
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

}  // namespace
}  // namespace gradtable
