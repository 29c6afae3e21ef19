#include "tests/graph/rewrites/rewritten.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

class ConstantFolding : public testing::Rewritten {
 protected:
  const Tensor c = graph.constant(full({4}, 3, DType::float64));
  const Tensor p = parameter("p", {4});
};

TEST_F(ConstantFolding, ComputesAChainOfConstantsOnce) {
  const Tensor y = p * sum(square(exp(c) + 1.0));
  expect("constant_folding", true, {.outputs = {y}});
  EXPECT_EQ(steps({.outputs = {y}}).size(), 1U);
  const Program program = compile(graph, {.outputs = {y}});
  EXPECT_EQ(done(program, "constant_folding")[0].reason, "4 results of constants computed once");
  EXPECT_EQ(done(program, "constant_folding")[0].nodes_before, 8U);
  EXPECT_EQ(done(program, "constant_folding")[0].nodes_after, 3U);
}

TEST_F(ConstantFolding, GivesOutputsThatAreConstant) {
  const Tensor y = exp(c);
  expect("constant_folding", true, {.outputs = {y, p}});
}

TEST_F(ConstantFolding, LeavesParametersAlone) {
  expect("constant_folding", false, {.outputs = {exp(p) + c}});
  Program program = compile(graph, {.outputs = {exp(p)}});
  program.run();
  graph.set_value(p, full({4}, 2, DType::float64));
  program.run();
  EXPECT_NEAR(program.value(exp(p)).as<double>()[0], std::exp(2), 1e-12);
}

TEST_F(ConstantFolding, DoesNotMakeLargeConstantsOfSmallOnes) {
  expect("constant_folding", false, {.outputs = {broadcast_to(c, {1000, 4})}});
  expect("constant_folding", true, {.outputs = {broadcast_to(c, {100, 4})}});
}

TEST_F(ConstantFolding, LeavesErrorsToTheRun) {
  const Tensor labels = graph.constant(Array::of<std::int32_t>({1}, {7}));
  const Tensor rows = one_hot(labels, 3, DType::float64);
  Program program = compile(graph, {.outputs = {rows}});
  EXPECT_TRUE(done(program, "constant_folding").empty());
  EXPECT_THROW(program.run(), DataError);
}

}  // namespace
}  // namespace gradtable
