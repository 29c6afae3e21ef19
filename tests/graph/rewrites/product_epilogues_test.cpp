#include "tests/graph/rewrites/rewritten.hpp"

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

class Epilogues : public testing::Rewritten {
 protected:
  void expect_steps(const CompileOptions& options, const std::vector<std::string>& names) {
    expect("product_epilogues", true, options);
    EXPECT_EQ(steps(options), names);
  }
  void expect_none(const CompileOptions& options) { expect("product_epilogues", false, options); }

  const Tensor x = parameter("x", {30, 20}), w = parameter("w", {20, 15}), b = parameter("b", {15});
  const Tensor product = matmul(x, w);
};

TEST_F(Epilogues, OfBiasAndActivationAreOneStep) {
  expect_steps({.outputs = {relu(add_bias(product, b))}}, {"matmul+add_bias+relu"});
  expect_steps({.outputs = {tanh(product + b)}}, {"matmul+add+tanh"});
}

TEST_F(Epilogues, TakeTheDerivativeOfTheActivation) {
  const Tensor e = parameter("e", {30, 10}), v = parameter("v", {15, 10}), h = parameter("h", {30, 15});
  const Tensor back = matmul(e, v, Transpose::no, Transpose::yes);
  expect_steps({.outputs = {mul(back, heaviside(h))}}, {"matmul+heaviside+mul"});
  expect_steps({.outputs = {mul(1.0 - square(h), back)}}, {"matmul+square+sub+mul"});
}

TEST_F(Epilogues, OfAGemmAreOneStep) {
  const Tensor c = parameter("c", {30, 15});
  expect_steps({.outputs = {relu(gemm(x, w, c))}}, {"gemm+relu"});
}

TEST_F(Epilogues, AreNoneWhereOthersNeedTheProduct) {
  expect_none({.outputs = {relu(add_bias(product, b)), product}});
  expect_none({.outputs = {relu(add_bias(product, b)), sum(product)}});
}

TEST_F(Epilogues, AreNoneAtOtherShapesAndOps) {
  const Tensor cube = parameter("cube", {2, 30, 15});
  expect_none({.outputs = {product + cube}});
  expect_none({.outputs = {sum(product, {0})}});
}

TEST_F(Epilogues, StandBehindPartialProducts) {
  const Tensor tall = parameter("tall", {64, 40}), few = parameter("few", {8, 64}), c = parameter("c", {40});
  const CompileOptions options{.outputs = {relu(add_bias(matmul(few, tall), c))},
                               .updates = {{tall, scale(tall, 0.5)}},
                               .threads = 2,
                               .min_threads = 2};
  expect("product_epilogues", true, options);
  EXPECT_TRUE(has(steps(options), "sum+add_bias+relu"));
}

TEST_F(Epilogues, AddABiasOfOneElement) {
  const Tensor tall = parameter("tall", {300, 20}), column = parameter("column", {20, 1}),
               one = parameter("one", {1});
  const Tensor scores = add_bias(matmul(tall, column), one);
  expect_steps({.outputs = {scores}}, {"matmul+add_bias"});
  expect_steps({.outputs = {sigmoid(scores)}}, {"matmul+add_bias+sigmoid"});
  const Tensor alone = tanh(add_bias(parameter("y", {300, 1}), one));
  const std::vector<Array> plain = testing::results(graph, {.outputs = {alone}, .without = pass_names()});
  EXPECT_TRUE(testing::close(testing::results(graph, {.outputs = {alone}})[0], plain[0]));
}

}  // namespace
}  // namespace gradtable
