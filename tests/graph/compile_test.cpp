#include <cstdint>
#include <new>
#include <string>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::number;
using testing::numbers_of;

TEST(Program, ExecutesOnlyWhatIsNeeded) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const Tensor y = square(x);
  exp(y);
  log(y);
  EXPECT_EQ(compile(graph, {.outputs = {y}}).plan().steps.size(), 1U);
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

TEST_F(Compile, RefusesMoreThreadsThanThereCanBe) {
  EXPECT_TRUE(
      contains(graph_error({.outputs = {y}, .threads = 1'000'000}), "at most 1024 threads, got 1000000"));
  EXPECT_TRUE(
      contains(graph_error({.outputs = {y}, .min_threads = 1'000'000}), "at most 1024 threads, got 1000000"));
  EXPECT_TRUE(contains(graph_error({.outputs = {y}, .threads = 2, .min_threads = 8}),
                       "at most 2 threads, the most there may be, as min_threads, got 8"));
  EXPECT_EQ(compile(graph, {.outputs = {y}, .threads = kMostThreads}).plan().threads, 1);
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
  EXPECT_EQ(numbers_of(y), (std::vector<double>{9, 16}));
  EXPECT_THROW(evaluate(square(x)), GraphError);
  EXPECT_THROW(evaluate(Tensor()), GraphError);
}

TEST(Program, RefusesHugeOutputsInsteadOfWrappingTheirSizes) {
  Graph graph;
  const Tensor x = number(graph, "x", 1);
  std::vector<Tensor> huge;
  for (int i = 1; i <= 4; ++i) huge.push_back(broadcast_to(x * i, {std::int64_t{1} << 59}));
  EXPECT_THROW(compile(graph, {.outputs = huge}), std::bad_alloc);
}

}  // namespace
}  // namespace gradtable
