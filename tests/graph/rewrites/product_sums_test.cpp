#include "tests/graph/rewrites/rewritten.hpp"

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

class ProductSums : public testing::Rewritten {
 protected:
  // The whole update is one gemm in the parameter's memory.
  void expect_in_place(const std::vector<Update>& updates) {
    const CompileOptions options{.updates = updates};
    expect("product_sums", true, options);
    const ProgramPlan plan = compile_plan(options);
    EXPECT_EQ(plan.steps.size(), updates.size());
    EXPECT_EQ(plan.peak_bytes, 0U);
    for (const PlannedStep& step : plan.steps) EXPECT_TRUE(step.in_parameter) << step.label;
  }

  const Tensor x = parameter("x", {8, 20}), e = parameter("e", {8, 15});
  const Tensor w = parameter("w", {20, 15}), v = parameter("v", {20, 15});
  const Tensor gradient = matmul(x, e, Transpose::yes);
};

TEST_F(ProductSums, OfAStepOfGradientDescentAreOneProductInPlace) {
  expect_in_place({{w, w - scale(gradient, 0.1)}});
  expect_in_place({{w, w + 0.1 * -gradient}});
  expect_in_place({{w, w - matmul(transpose(x), e)}});
  expect_in_place({{w, -(scale(gradient, 0.1) - w)}});
}

TEST_F(ProductSums, OfAStepWithWeightDecayAreOneProductInPlace) {
  const double rate = 0.1, decay = 0.01;
  expect_in_place({{w, w - scale(gradient + scale(w, decay), rate)}});
  expect_in_place({{w, w * (1 - rate * decay) - scale(gradient, rate)}});
  expect_in_place({{w, w - scale(gradient, rate) - scale(w, rate * decay)}});
}

// The rate goes into e, the smaller factor.
TEST_F(ProductSums, OfAStepWithARateOfTheGraphAreOneProductInPlace) {
  const Tensor rate = parameter("rate", {}, 0.1);
  for (const Tensor& step : {w - rate * gradient, w - scale(gradient * rate, 0.5), w + -(rate * gradient)}) {
    const CompileOptions options{.updates = {{w, step}}};
    expect("product_sums", true, options);
    EXPECT_EQ(steps(options), (std::vector<std::string>{"mul", "gemm"}));
    const ProgramPlan plan = compile_plan(options);
    EXPECT_TRUE(plan.steps.back().in_parameter);
    EXPECT_LE(plan.peak_bytes, 8 * 15 * sizeof(double) + 64);
  }
}

TEST_F(ProductSums, AreNoneWhereARateIsNotOneFactorOfTheProductAlone) {
  const Tensor rate = parameter("rate", {}, 0.1), row = parameter("row", {15});
  for (const Tensor& step : {w - row * gradient, w - rate * (rate * gradient)})
    expect("product_sums", false, {.updates = {{w, step}}});
  const Tensor tall = parameter("tall", {40, 20}), error = parameter("error", {40, 15});
  expect("product_sums", false, {.updates = {{w, w - rate * matmul(tall, error, Transpose::yes)}}});
}

// What a product is added to is computed in the parameter's memory, and the product added to it there.
TEST_F(ProductSums, OfAStepWithMoreTermsAreAddedInPlace) {
  const Tensor rate = parameter("rate", {}, 0.1);
  for (const Tensor& next : {scale(v, 0.9) + (gradient + scale(w, 0.01)), v + scale(w, -2) - gradient,
                             v - rate * (gradient + scale(v, 0.01)), rate * v - gradient,
                             v * rate - square(rate) * gradient, scale(v, 0) + gradient}) {
    const CompileOptions options{.updates = {{v, next}}};
    expect("product_sums", true, options);
    const ProgramPlan plan = compile_plan(options);
    EXPECT_LT(plan.peak_bytes, 20 * 15 * sizeof(double));
    EXPECT_TRUE(plan.steps.back().in_parameter);
    EXPECT_EQ(steps(options).back(), "gemm");
  }
}

TEST_F(ProductSums, OfAStepWithMoreTermsLetAllOthersReadTheOldParameter) {
  const Tensor velocity = scale(v, 0.9) + (gradient + scale(w, 0.01)), late = exp(v);
  expect("product_sums", true,
         {.outputs = {sum(square(v)), late}, .updates = {{w, w - scale(velocity, 0.1)}, {v, velocity}}});
  expect("product_sums", true,
         {.outputs = {velocity}, .updates = {{w, w - scale(velocity, 0.1)}, {v, velocity}}});
}

// Without a parameter to be computed in, one pass behind the product is cheaper.
TEST_F(ProductSums, AreNoneOfMoreTermsElsewhere) {
  const Tensor three = gradient + scale(v + w, 0.5);
  expect("product_sums", false, {.outputs = {three}});
  expect("product_sums", false, {.updates = {{parameter("u", {20, 15}), three}}});
}

TEST_F(ProductSums, OfAVelocityAreOneProductInPlace) {
  const Tensor velocity = scale(v, 0.9) + gradient;
  const CompileOptions options{.updates = {{v, velocity}, {w, w - scale(velocity, 0.1)}}};
  expect("product_sums", true, options);
  const ProgramPlan plan = compile_plan(options);
  ASSERT_EQ(plan.steps.size(), has(steps(options), "sub") ? 3U : 2U);
  EXPECT_TRUE(has(steps(options), "gemm"));
  for (const PlannedStep& step : plan.steps)
    EXPECT_TRUE(step.in_parameter || step.label.find("gemm") == std::string::npos) << step.label;
}

TEST_F(ProductSums, AreNoneWhereTheGradientIsNeededElsewhere) {
  const Tensor step = w - scale(gradient, 0.1);
  expect("product_sums", false, {.outputs = {gradient}, .updates = {{w, step}}});
  expect("product_sums", false, {.outputs = {sum(square(gradient))}, .updates = {{w, step}}});
  const Tensor clipped = scale(gradient, 0.1) / (sum(square(gradient)) + 1.0);
  expect("product_sums", false, {.updates = {{w, w - clipped}}});
  expect("product_sums", false, {.updates = {{w, step}, {v, gradient}}});
}

TEST_F(ProductSums, OfAParameterInTwoProductsAreNotOne) {
  const Tensor twice = gradient + matmul(scale(x, 2), exp(e), Transpose::yes);
  expect("product_sums", true, {.updates = {{w, w - twice}}});
  // Both are added up, but only one of them by a gemm.
  EXPECT_LE(std::ranges::count(steps({.updates = {{w, w - twice}}}), "gemm"), 2);
}

TEST_F(ProductSums, AreNoneWhereSomethingIsBroadcast) {
  const Tensor row = parameter("row", {15}), cube = parameter("cube", {2, 20, 15});
  expect("product_sums", false, {.outputs = {gradient + row}});
  expect("product_sums", false, {.outputs = {gradient + cube}});
}

TEST_F(ProductSums, KeepAnIntermediateThatIsAnOutput) {
  const Tensor scaled = scale(gradient, 0.1);
  expect("product_sums", false, {.outputs = {scaled}, .updates = {{w, w - scaled}}});
}

TEST_F(ProductSums, LetAllOthersReadTheOldParameter) {
  const Tensor loss = sum(square(matmul(x, w))), decay = scale(w, 0.5);
  const CompileOptions options{.outputs = {loss, decay, w},
                               .updates = {{w, w - scale(gradient, 0.1)}, {v, v + square(w)}}};
  expect("product_sums", true, options);
  // Also where a reader is made after the update.
  const Tensor step = w - scale(gradient, 0.2), late = exp(w);
  expect("product_sums", true, {.outputs = {late}, .updates = {{w, step}, {v, late}}});
}

TEST_F(ProductSums, OfAnUpdateThatIsAnOutputAreNotInPlace) {
  const Tensor step = w - scale(gradient, 0.1);
  expect("product_sums", true, {.outputs = {step}, .updates = {{w, step}}});
  EXPECT_FALSE(compile_plan({.outputs = {step}, .updates = {{w, step}}}).steps.back().in_parameter);
}

// BLAS does not read what it multiplies by 0, so that 0 times infinity would become 0.
TEST_F(ProductSums, AreNoneWithAFactorOfZero) {
  const Tensor zero = scale(w, 0) + gradient, none = w + scale(gradient, 0), gone = w - w + gradient;
  for (const Tensor& sum : {zero, none, gone}) expect("product_sums", false, {.outputs = {sum}});
}

}  // namespace
}  // namespace gradtable
