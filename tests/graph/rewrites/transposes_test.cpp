#include "tests/graph/rewrites/rewritten.hpp"

#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

class Transposes : public testing::Rewritten {
 protected:
  void expect_steps(const Tensor& output, std::vector<std::string> names) {
    expect("transposes", true, {.outputs = {output}});
    EXPECT_EQ(steps({.outputs = {output}}), names);
  }
  const Tensor a = parameter("a", {5, 7}), b = parameter("b", {5, 3}), c = parameter("c", {7, 3});
};

TEST_F(Transposes, OfFactorsBecomeFlags) {
  expect_steps(matmul(transpose(a), b), {"matmul"});
  expect_steps(matmul(transpose(b), a), {"matmul"});
  expect_steps(matmul(a, transpose(c), Transpose::no, Transpose::yes), {"matmul"});
  expect_steps(matmul(transpose(a), transpose(c), Transpose::yes, Transpose::yes), {"matmul"});
}

TEST_F(Transposes, MayBeWrittenWithTheirAxes) {
  expect_steps(matmul(transpose(a, {1, 0}), b), {"matmul"});
  expect_steps(matmul(transpose(a, {-1, -2}), b), {"matmul"});
}

TEST_F(Transposes, OfTheFactorsOfAGemmBecomeFlags) {
  const Tensor sum = parameter("sum", {7, 3});
  expect_steps(gemm(transpose(a), b, sum, {.alpha = 2, .beta = 0.5}), {"gemm"});
}

TEST_F(Transposes, OfAProductBecomesTheProductOfTransposes) {
  expect_steps(transpose(matmul(a, c)), {"matmul"});
  expect_steps(transpose(matmul(transpose(c), a, Transpose::no, Transpose::yes)), {"matmul"});
}

TEST_F(Transposes, OfAProductThatOthersNeedStays) {
  const Tensor product = matmul(a, c);
  expect("transposes", false, {.outputs = {transpose(product), product}});
  expect("transposes", false, {.outputs = {transpose(product), exp(product)}});
}

TEST_F(Transposes, ThatOthersNeedAreComputedForThem) {
  const Tensor turned = transpose(a);
  const std::vector<Tensor> outputs = {matmul(turned, b), turned};
  expect("transposes", true, {.outputs = outputs});
  EXPECT_EQ(steps({.outputs = outputs}).size(), 2U);
}

TEST_F(Transposes, ThatKeepTheAxesInPlaceAreNone) {
  expect("transposes", false, {.outputs = {matmul(transpose(a, {0, 1}), c)}, .without = {"identities"}});
  const Tensor cube = parameter("cube", {5, 2, 3});
  expect("transposes", false, {.outputs = {transpose(cube)}});
}

}  // namespace
}  // namespace gradtable
