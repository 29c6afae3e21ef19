#include "tests/ops/comparisons.hpp"
#include "tests/ops/formulas.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/checks/check_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using testing::same_bits;

class Prod : public ::testing::Test {
 protected:
  Graph g;

  Tensor parameter(std::initializer_list<double> x) {
    const auto name = std::to_string(g.size());
    return g.parameter(name, Array::of<double>({static_cast<std::int64_t>(x.size())}, x));
  }
};

TEST_F(Prod, HasAGradientAtASingleZeroOnly) {
  const Tensor one = parameter({3, 0, -2, 5}), two = parameter({3, 0, -2, 0});
  EXPECT_TRUE(
      close_to(evaluate(build_grad(prod(one), {one})[one]), Array::of<double>({4}, {0, -30, 0, 0}), 0));
  EXPECT_TRUE(close_to(evaluate(build_grad(prod(two), {two})[two]), zeros({4}, DType::float64), 0));
}

// d^2 y / dx_i dx_j is the product of all but two: not 0 for the two zeros.
TEST_F(Prod, HasASecondDerivativeAtTwoZeros) {
  const Tensor x = parameter({3, 0, -2, 0});
  const Tensor first = build_grad(prod(x), {x})[x];
  const Tensor at_second = sum(mul(first, g.constant(Array::of<double>({4}, {0, 1, 0, 0}))));
  EXPECT_TRUE(close_to(evaluate(build_grad(at_second, {x})[x]), Array::of<double>({4}, {0, 0, 0, -6}), 0));
}

// The third derivative of x^3 along the diagonal, each mixed one once: 3! = 6.
TEST_F(Prod, HasDerivativesUpToTheSeventhOrder) {
  const Tensor x = parameter({1, 2, 3, 4, 5, 6, 7, 8});
  Tensor y = prod(x);
  for (int order = 1; order <= 7; ++order) y = sum(build_grad(y, {x})[x]);
  // 7! times the sum over i of x_i, what is left of each product of all but 7
  EXPECT_EQ(evaluate(y).item(), 5040.0 * 36);
  const std::string message = testing::message_of<GradientError>([&] { build_grad(y, {x}); });
  EXPECT_TRUE(testing::contains(message, "expected derivatives of a product of order at most 7"));
}

// An axis in the middle, longer than one block, against products by hand.
TEST_F(Prod, MultipliesTheOthersOfLongAxes) {
  const Array factors = testing::mapped(testing::numbers({2, 71, 3}), [](double v) { return 1 + 0.1 * v; });
  const Tensor x = g.parameter("x", factors);
  const Array gradient = evaluate(build_grad(sum(prod(x, {1})), {x})[x]);
  Array expected = full({2, 71, 3}, 1, DType::float64);
  testing::for_each_index(expected.shape(), [&](const testing::Index& i) {
    for (std::int64_t other = 0; other < 71; ++other)
      if (other != i[1]) testing::at(expected, i) *= testing::at(factors, {i[0], other, i[2]});
  });
  EXPECT_TRUE(close_to(gradient, expected, 1e-12));
}

TEST_F(Prod, HasSecondDerivativesAlongLongAxesWithZeros) {
  Array factors = testing::mapped(testing::numbers({41}), [](double v) { return 1 + 0.1 * v; });
  factors.as<double>()[5] = factors.as<double>()[30] = 0;
  const auto f = [](const std::vector<Tensor>& in) { return prod(in[0]); };
  const CheckGradResult result = check_grad(f, {factors});
  EXPECT_TRUE(result.passed) << result.message;
}

}  // namespace
}  // namespace gradtable
