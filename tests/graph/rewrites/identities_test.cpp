#include <limits>

#include "tests/graph/rewrites/rewritten.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

class Identities : public testing::Rewritten {
 protected:
  void expect_steps(const Tensor& output, const std::vector<std::string>& names) {
    const CompileOptions options{.outputs = {output}};
    expect("identities", true, options);
    EXPECT_EQ(steps(options), names);
  }
  const Tensor x = parameter("x", {3, 4}), y = exp(x);
};

TEST_F(Identities, LeaveOutWhatChangesNothing) {
  expect_steps(y + 0.0, {"exp"});
  expect_steps(mul(y, full_like(y, 1)), {"exp"});
  expect_steps(y / 1.0, {"exp"});
  expect_steps(neg(neg(y)), {"exp"});
  expect_steps(transpose(transpose(y)), {"exp"});
  expect_steps(reshape(reshape(y, {12}), {3, 4}), {"exp"});
}

TEST_F(Identities, MakeOneOfTwo) {
  expect_steps(scale(scale(y, 2), 3), {"exp", "scale"});
  expect_steps(scale(neg(y), 3), {"exp", "scale"});
  expect_steps(mul(y, full_like(y, 3)), {"exp", "scale"});
}

TEST_F(Identities, AreNoneWhereTheShapeChanges) {
  const Tensor zero = graph.constant(full({2, 3, 4}, 0, DType::float64));
  expect("identities", false, {.outputs = {y + zero}});
  EXPECT_EQ(steps({.outputs = {y + zero}}), (std::vector<std::string>{"exp", "add"}));
}

TEST_F(Identities, AreNoneWhereNaNWouldBeLost) {
  expect("identities", false, {.outputs = {y - y}});
  const Tensor infinite = parameter("infinite", {2});
  graph.set_value(infinite, full({2}, std::numeric_limits<double>::infinity(), DType::float64));
  const Tensor product = infinite * 0.0;
  const Array numbers = evaluate(product);
  EXPECT_TRUE(std::isnan(numbers.as<double>()[0]));
}

TEST_F(Identities, KeepOutputsThatTheyReplace) {
  const Tensor same = y + 0.0;
  expect("identities", true, {.outputs = {same, y, x + 0.0}});
}

}  // namespace
}  // namespace gradtable
