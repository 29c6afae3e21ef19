#include "gradtable/ops/stop_gradient.hpp"

#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {
namespace {

class Stopped : public ::testing::Test {
 protected:
  Graph g;
  const Tensor x = g.parameter("x", full({}, 3, DType::float64));
};

TEST_F(Stopped, IsAConstantBesideOtherPaths) {
  const Tensor z = x * stop_gradient(square(x));
  EXPECT_EQ(evaluate(z).item(), 27);
  EXPECT_EQ(evaluate(build_grad(z, {x})[x]).item(), 9);
}

TEST_F(Stopped, LeavesNoPathWhereItIsTheOnlyOne) {
  const Tensor z = square(stop_gradient(x));
  EXPECT_THROW(build_grad(z, {x}), GradientError);
  EXPECT_EQ(evaluate(build_grad(z, {x}, {Unreached::zeros})[x]).item(), 0);
}

TEST_F(Stopped, MayBeATargetBesideItsInput) {
  const Tensor stopped = stop_gradient(x), z = x * square(stopped);
  const GradTable table = build_grad(z, {x, stopped});
  EXPECT_EQ(evaluate(table[x]).item(), 9);
  EXPECT_EQ(evaluate(table[stopped]).item(), 18);
}

TEST_F(Stopped, CostsNothingInAProgram) {
  const Program program = compile(g, {.outputs = {square(stop_gradient(x))}});
  EXPECT_EQ(program.plan().steps.size(), 1U);
}

}  // namespace
}  // namespace gradtable
