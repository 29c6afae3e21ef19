// Integers are constants for derivatives, whatever they are made of.
#include <string>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/derivatives.hpp"
#include "gradtable/graph/jacobian.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::near;
using testing::numbers_of;
using testing::value_of;

class ThroughIntegers : public ::testing::Test {
 protected:
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2, 3}, {1, 5, 2, 0.5, 0, 4.25}));

  std::vector<double> dx(const Tensor& z) { return numbers_of(value_of(build_grad(z, {x})[x])); }
};

TEST_F(ThroughIntegers, TheBestElementIsGathered) {
  const Tensor v = g.parameter("v", Array::of<double>({6}, {1, 5, 2, 0.5, 0, 0.25}));
  EXPECT_EQ(numbers_of(value_of(build_grad(gather(v, argmax(v)), {v})[v])),
            (std::vector<double>{0, 1, 0, 0, 0, 0}));
}

TEST_F(ThroughIntegers, AOneHotOfTheBestChoosesIt) {
  EXPECT_EQ(dx(sum(x * one_hot(argmax(x), 3, DType::float64))), (std::vector<double>{0, 1, 0, 0, 0, 1}));
}

TEST_F(ThroughIntegers, PseudoLabelsAreLabels) {
  const Tensor labels = g.input("labels", {2}, DType::int32);
  const Array best = Array::of<std::int32_t>({2}, {1, 2});
  const Tensor own = build_grad(softmax_cross_entropy(x, argmax(x)), {x})[x];
  const Tensor given = build_grad(softmax_cross_entropy(x, labels), {x})[x];
  EXPECT_TRUE(near(value_of(own), evaluate(given, {{labels, best}})));
}

// The course's pair, which is differentiated as one formula.
TEST_F(ThroughIntegers, PseudoLabelsOfProbabilitiesAreLabels) {
  const Tensor labels = g.input("labels", {2}, DType::int32);
  const Array best = Array::of<std::int32_t>({2}, {1, 2});
  const Tensor p = softmax(x);
  const Array given =
      evaluate(build_grad(cross_entropy(p, one_hot(labels, 3, DType::float64)), {x})[x], {{labels, best}});
  EXPECT_TRUE(near(value_of(build_grad(cross_entropy(p, argmax(p)), {x})[x]), given));
  EXPECT_TRUE(
      near(value_of(build_grad(cross_entropy(p, one_hot(argmax(p), 3, DType::float64)), {x})[x]), given));
}

TEST_F(ThroughIntegers, ARoundTripIsAStep) {
  const Tensor whole = cast(cast(x, DType::int32), DType::float64);
  EXPECT_EQ(dx(sum(x - whole)), std::vector<double>(6, 1));
  EXPECT_EQ(dx(sum(x * whole)), (std::vector<double>{1, 5, 2, 0, 0, 4}));
  const Tensor bytes = cast(cast(x, DType::uint8), DType::float64);
  EXPECT_EQ(dx(sum(bytes * square(x) * 0.5)), (std::vector<double>{1, 25, 4, 0, 0, 17}));
}

TEST_F(ThroughIntegers, HigherDerivativesToo) {
  const Tensor whole = cast(cast(x, DType::int32), DType::float64);
  const Tensor z = sum(square(x) * whole);
  EXPECT_EQ(numbers_of(value_of(hvp(z, {x}, {x})[0])), numbers_of(value_of(2 * (x * whole))));
  EXPECT_EQ(numbers_of(value_of(jvp({x * whole}, {x}, {x})[0])), numbers_of(value_of(x * whole)));
  const Tensor row = reshape(x, {6});
  EXPECT_EQ(numbers_of(value_of(jacobian(gather(row, argmax(row)), x))),
            (std::vector<double>{0, 1, 0, 0, 0, 0}));
}

TEST_F(ThroughIntegers, AResultBehindThemIsATarget) {
  const Tensor whole = cast(cast(x, DType::int32), DType::float64);
  const GradTable table = build_grad(sum(x * whole), {x, whole});
  EXPECT_EQ(numbers_of(value_of(table[whole])), numbers_of(value_of(x)));
  EXPECT_EQ(numbers_of(value_of(table[x])), (std::vector<double>{1, 5, 2, 0, 0, 4}));
}

TEST_F(ThroughIntegers, NoOtherPathIsAnErrorThatSaysSo) {
  const Tensor whole = cast(cast(x, DType::int32), DType::float64);
  const Tensor z = sum(whole).named("z");
  const std::string why =
      "z to depend on the target x, got no path between them but through cast, which "
      "derivatives take as constant, as all integers [";
  EXPECT_TRUE(contains(message_of<GradientError>([&] { build_grad(z, {x}); }), why));
  EXPECT_TRUE(contains(message_of<GradientError>([&] { jvp({z}, {x}, {x}); }), why));
  EXPECT_TRUE(contains(message_of<GradientError>([&] { hessian(z, x); }), why));
  EXPECT_TRUE(near(value_of(build_grad(z, {x}, {Unreached::zeros})[x]), zeros({2, 3}, DType::float64)));
}

}  // namespace
}  // namespace gradtable
