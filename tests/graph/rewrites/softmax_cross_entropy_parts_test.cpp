#include "tests/graph/rewrites/rewritten.hpp"
#include "tests/support/message_of.hpp"

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

constexpr const char* kPass = "softmax_cross_entropy_parts";

class LossParts : public testing::Rewritten {
 protected:
  const double m = 6;
  const Tensor x = parameter("x", {6, 5}), y = parameter("y", {6, 5}, 0.1);
  const Tensor labels = graph.constant(Array::of<std::int32_t>({6}, {0, 4, 2, 1, 3, 4}));
  const Tensor rows = one_hot(labels, 5, DType::float64);
  const Tensor l = log(softmax(x));

  std::vector<Tensor> spellings(const Tensor& weights) {
    return {
        -sum(weights * l) / m,
        -mean(sum(weights * l, {1})),
        mean(-sum(l * weights, {-1}), {0}),
        mean(sum((-weights) * l, {1}, true)),
        sum(weights * (-l)) / m,
        scale(sum(sum(weights * l, {1}) / m), -1),
        sum(mean(weights * log_softmax(x), {0})) * -1.0,
        -1.0 / m * sum(weights * l, {0, 1}),
        mean(weights * l) * -5.0,
        -sum(weights / m * l),
    };
  }
};

TEST_F(LossParts, BecomeTheLossInAllTheirSpellings) {
  for (const Tensor& weights : {y, rows}) {
    for (const Tensor& loss : spellings(weights)) {
      expect(kPass, true, {.outputs = {loss}});
      EXPECT_EQ(steps({.outputs = {loss}}), std::vector<std::string>{"softmax_cross_entropy"})
          << loss.label();
    }
  }
}

TEST_F(LossParts, OfASumKeepTheirFactor) {
  const Tensor loss = -sum(y * l);
  expect(kPass, true, {.outputs = {loss}});
  EXPECT_EQ(steps({.outputs = {loss}}), (std::vector<std::string>{"softmax_cross_entropy", "scale"}));
}

TEST_F(LossParts, HaveTheGradientOfTheLoss) {
  for (const Tensor& weights : {y, rows}) {
    for (const Tensor& loss : spellings(weights)) {
      const std::vector<Tensor> outputs = {loss, build_grad(loss, {x})[x]};
      expect(kPass, true, {.outputs = outputs});
      const std::vector<std::string> names = steps({.outputs = outputs});
      EXPECT_FALSE(has(names, "div") || has(names, "log") || has(names, "log_softmax")) << loss.label();
      EXPECT_EQ(has(names, "sum"), weights == y) << loss.label();
      const Tensor fused = softmax_cross_entropy(x, weights == y ? y : labels);
      EXPECT_TRUE(testing::close(evaluate(outputs[1]), evaluate(build_grad(fused, {x})[x])));
    }
  }
}

TEST_F(LossParts, HaveTheGradientAlsoWhereItIsMultiplied) {
  const Tensor loss = -mean(sum(y * l, {1}));
  const Tensor gradient = build_grad(square(loss) + sum(square(x)), {x})[x];
  expect(kPass, true, {.outputs = {gradient}});
  EXPECT_FALSE(has(steps({.outputs = {gradient}}), "div"));
  const Tensor of_weights = build_grad(loss, {y})[y];
  expect(kPass, false, {.outputs = {loss, of_weights}});
}

TEST_F(LossParts, AreFiniteWhereProbabilitiesVanish) {
  const Tensor far = scale(x, 1e5);
  const Tensor loss = -sum(y * log(softmax(far))) / m;
  const std::vector<Array> found = testing::results(graph, {.outputs = {loss, build_grad(loss, {x})[x]}});
  EXPECT_TRUE(std::isfinite(found[0].item()));
  for (const double number : found[1].as<double>()) EXPECT_TRUE(std::isfinite(number));
}

TEST_F(LossParts, StillRefuseLabelsOutOfRange) {
  const Tensor fed = graph.input("fed", {6}, DType::int32);
  const Tensor loss = -sum(one_hot(fed, 5, DType::float64) * l) / m;
  Program program = compile(graph, {.outputs = {loss}});
  const Array wrong = Array::of<std::int32_t>({6}, {0, 1, 2, 5, 0, 0});
  EXPECT_TRUE(testing::contains(testing::message_of<DataError>([&] {
                                  program.run({{fed, wrong}});
                                }),
                                "expected labels from 0 to 4, got 5 at 3"));
}

TEST_F(LossParts, ThatAreOutputsAreComputedOnce) {
  const Tensor product = y * l;
  for (const Tensor& part : {product, l}) {
    const CompileOptions options{.outputs = {-sum(product) / m, part}};
    expect(kPass, false, options);
    EXPECT_FALSE(has(steps(options), "softmax_cross_entropy"));
    EXPECT_TRUE(has(steps(options), "log_softmax"));
  }
}

TEST_F(LossParts, OfOneLossAreNotThoseOfAnother) {
  const Tensor p = softmax(x);
  expect(kPass, false, {.outputs = {-sum(y * log(p + 1e-9)) / m}});
  expect(kPass, false, {.outputs = {cross_entropy(p, y) / m}});
  expect(kPass, false, {.outputs = {-sum(y * log(y)) / m}});
  const Tensor by_class = parameter("by class", {5}, 0.1);
  for (const Tensor& other : {-sum(by_class * l) / m, sum(square(y * l)), -sum(y * l, {0}), sum(l)}) {
    expect(kPass, false, {.outputs = {other}});
  }
}

TEST_F(LossParts, LeaveOtherGradientsOfSoftmaxAlone) {
  const Tensor p = softmax(x);
  expect(kPass, false, {.outputs = {build_grad(sum(square(p) * y), {x})[x]}});
  const Tensor both = sum(y * log(p)) + sum(square(p));
  expect(kPass, true, {.outputs = {both, build_grad(both, {x})[x]}});
}

TEST_F(LossParts, AlongAnotherAxisStay) {
  const Tensor loss = -sum(y * log(softmax(x, 0))), of_log = -sum(y * log_softmax(x, 0));
  for (const Tensor& z : {loss, of_log}) expect(kPass, false, {.outputs = {z, build_grad(z, {x})[x]}});
}

TEST_F(LossParts, ThatAreNotSummedStay) {
  expect(kPass, false, {.outputs = {-max(y * log_softmax(x)), -sum(max(y * log_softmax(x), {1}))}});
}

TEST_F(LossParts, OfNoExamplesStay) {
  const Tensor none = parameter("none", {0, 10}), weights = parameter("weights of none", {0, 10});
  const Tensor loss = -sum(mul(weights, log(softmax(none))));
  expect(kPass, false, {.outputs = {loss}});
}

}  // namespace
}  // namespace gradtable
