#include "gradtable/ops/losses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include "tests/ops/formulas.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/checks/check_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/classification.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using testing::expect_error;
using testing::kInfinity;
using testing::kRealTypes;
using testing::message_of;
using testing::numbers;

class Classification : public ::testing::Test {
 protected:
  Graph g;
};

TEST_F(Classification, TakesHugeScores) {
  const Array scores = Array::of<double>({2, 3}, {1e30, 1e30, -1e30, -1e30, -1e30, -1e30});
  const Array p = Array::of<double>({2, 3}, {0.5, 0.5, 0, 1.0 / 3, 1.0 / 3, 1.0 / 3});
  for (const DType dtype : kRealTypes) {
    const Tensor x = g.constant(cast(scores, dtype));
    EXPECT_TRUE(close_to(evaluate(softmax(x)), p, 1e-7));
    const Array logarithm = cast(evaluate(log_softmax(x)), DType::float64);
    EXPECT_NEAR(logarithm.as<double>()[0], 0, 1e23);  // to the last digit of scores of 1e30
    EXPECT_TRUE(std::isfinite(logarithm.as<double>()[2]));
    const Tensor loss = softmax_cross_entropy(x, g.constant(Array::of<std::int32_t>({2}, {0, 2})));
    EXPECT_TRUE(std::isfinite(evaluate(loss).item()));
    const Array gradient = cast(evaluate(build_grad(loss, {x})[x]), DType::float64);
    for (const double d : gradient.as<double>()) EXPECT_TRUE(std::isfinite(d));
  }
}

TEST_F(Classification, GivesAScoreOfMinusInfinityNoProbability) {
  const Array scores = Array::of<double>({1, 3}, {0, -kInfinity, 0});
  for (const DType dtype : kRealTypes) {
    const Tensor x = g.constant(cast(scores, dtype));
    EXPECT_TRUE(close_to(evaluate(softmax(x)), Array::of<double>({1, 3}, {0.5, 0, 0.5}), 1e-7));
    const Array logarithm = cast(evaluate(log_softmax(x)), DType::float64);
    EXPECT_EQ(logarithm.as<double>()[1], -kInfinity);
    for (const std::int32_t label : {0, 2}) {
      const Tensor loss = softmax_cross_entropy(x, g.constant(Array::of<std::int32_t>({1}, {label})));
      EXPECT_NEAR(evaluate(loss).item(), std::log(2), 1e-7);
      const Array gradient = cast(evaluate(build_grad(loss, {x})[x]), DType::float64);
      EXPECT_NEAR(gradient.as<double>()[static_cast<std::size_t>(label)], -0.5, 1e-7);
      EXPECT_EQ(gradient.as<double>()[1], 0);
    }
    const Tensor rows = one_hot(g.constant(Array::of<std::int32_t>({1}, {2})), 3, dtype);
    EXPECT_NEAR(evaluate(softmax_cross_entropy(x, rows)).item(), std::log(2), 1e-7);
  }
}

// The loss of softmax followed by cross_entropy is a sum over the batch, the other one is a mean.
TEST_F(Classification, HasTheSameGradientInOneStepAndInTwo) {
  const Array scores = numbers({4, 5});
  const std::vector<Array> labels = {Array::of<std::int32_t>({4}, {3, 0, 4, 0}),
                                     testing::one_hot_rows({3, 0, 4, 0}, 5), testing::positive({4, 5}, 0.3)};
  for (const Array& label : labels) {
    const Tensor x = g.constant(scores), y = g.constant(label);
    const Tensor one = scale(softmax_cross_entropy(x, y), 4), two = cross_entropy(softmax(x), y);
    EXPECT_NEAR(evaluate(one).item(), evaluate(two).item(), 1e-10);
    const Tensor first = build_grad(one, {x})[x], second = build_grad(two, {x})[x];
    EXPECT_TRUE(close_to(evaluate(first), evaluate(second), 1e-10));
    const Tensor weights = g.constant(numbers({4, 5}, 0.8));
    const Tensor first_again = build_grad(sum(mul(weights, first)), {x})[x];
    const Tensor second_again = build_grad(sum(mul(weights, second)), {x})[x];
    EXPECT_TRUE(close_to(evaluate(first_again), evaluate(second_again), 1e-10));
  }
}

TEST_F(Classification, HasTheGradientMinusYByPAndZeroWhereYIsZero) {
  const Array probabilities = Array::of<double>({2, 3}, {0.25, 0, 0.75, 0, 0.5, 0.5});
  const Array expected = Array::of<double>({2, 3}, {-4, 0, 0, 0, -2, 0});
  for (const DType dtype : kRealTypes) {
    const Tensor p = g.constant(cast(probabilities, dtype));
    const Tensor indices = g.constant(Array::of<std::int32_t>({2}, {0, 1}));
    for (const Tensor& y : {indices, one_hot(indices, 3, dtype)})
      EXPECT_TRUE(close_to(evaluate(build_grad(cross_entropy(p, y), {p})[p]), expected, 0));
  }
}

TEST_F(Classification, HasTheMixedSecondDerivativeOfCrossEntropyWhereYIsZero) {
  const Tensor p = g.constant(Array::of<double>({1, 2}, {0.25, 0.75}));
  const Tensor y = g.constant(Array::of<double>({1, 2}, {0, -2}));
  const Tensor by_p = build_grad(cross_entropy(p, y), {p})[p];
  EXPECT_TRUE(close_to(evaluate(by_p), Array::of<double>({1, 2}, {0, 2 / 0.75}), 1e-15));
  const Tensor by_both = build_grad(sum(by_p), {y})[y];
  EXPECT_TRUE(close_to(evaluate(by_both), Array::of<double>({1, 2}, {-4, -1 / 0.75}), 1e-15));
}

TEST_F(Classification, KeepsTheLossOfAnImpossibleClassFiniteByTheEpsilonOfTheType) {
  for (const DType dtype : kRealTypes) {
    const Tensor p = g.constant(cast(Array::of<double>({1, 2}, {0, 1}), dtype));
    const double eps = dtype == DType::float32 ? double{std::numeric_limits<float>::epsilon()}
                                               : std::numeric_limits<double>::epsilon();
    for (const std::int32_t label : {0, 1}) {
      const Tensor y = g.constant(Array::of<std::int32_t>({1}, {label}));
      EXPECT_NEAR(evaluate(cross_entropy(p, y)).item(), label == 0 ? -std::log(eps) : 0, 1e-5);
    }
  }
}

TEST_F(Classification, AsksForACastOfLabelsThatAreBytes) {
  const Tensor x = g.input("scores", {3, 4}), bytes = g.input("bytes", {3}, DType::uint8);
  const std::string sentence = "expected int32 labels, got uint8 (3); cast(labels, DType::int32) makes them";
  expect_error<ShapeError>([&] { cross_entropy(x, bytes); }, "cross_entropy: " + sentence);
  expect_error<ShapeError>([&] { softmax_cross_entropy(x, bytes); }, "softmax_cross_entropy: " + sentence);
}

// What a file of numbers gives.
TEST_F(Classification, SaysHowRealLabelsBecomeClasses) {
  const Tensor x = g.input("scores", {3, 4}), labels = g.input("labels", {3});
  const std::string sentence =
      "expected int32 labels, got float32 (3); cast(labels, DType::int32) makes them";
  expect_error<ShapeError>([&] { cross_entropy(x, labels); }, "cross_entropy: " + sentence);
  expect_error<ShapeError>([&] { softmax_cross_entropy(x, labels); }, "softmax_cross_entropy: " + sentence);
  expect_error<ShapeError>([&] { nll(x, labels); }, "nll: " + sentence);
  expect_error<ShapeError>([&] { multiclass_hinge(x, labels); }, "multiclass_hinge: " + sentence);
  expect_error<ShapeError>([&] { one_hot(labels, 4); }, "one_hot: " + sentence);
}

TEST_F(Classification, RefusesLabelsOutOfRangeAtRunTime) {
  const Tensor x = g.constant(full({3, 4}, 0.25));
  const Tensor labels = g.input("labels", {3}, DType::int32);
  const Array large = Array::of<std::int32_t>({3}, {0, 3, 4}),
              negative = Array::of<std::int32_t>({3}, {0, -1, 2});
  const Tensor two = cross_entropy(x, labels), one = softmax_cross_entropy(x, labels);
  const auto message = [&](const Tensor& loss, const Array& wrong) {
    return message_of<DataError>([&] { evaluate(loss, {{labels, wrong}}); });
  };
  const auto line = [](const Tensor& loss) { return "  [" + to_string(loss.node().location) + "]"; };
  EXPECT_EQ(message(two, large),
            "cross_entropy: expected labels from 0 to 3, got 4 at 2, in cross_entropy of a constant, labels" +
                line(two));
  one.named("loss");
  EXPECT_EQ(
      message(one, large),
      "softmax_cross_entropy: expected labels from 0 to 3, got 4 at 2, in loss (softmax_cross_entropy)" +
          line(one));
  EXPECT_EQ(
      message(one, negative),
      "softmax_cross_entropy: expected labels from 0 to 3, got -1 at 1, in loss (softmax_cross_entropy)" +
          line(one));
}

TEST_F(Classification, RefusesShapesThatDoNotFit) {
  const Tensor x = g.input("x", {2, 3}), rows = g.input("rows", {2, 4});
  const Tensor labels = g.input("labels", {3}, DType::int32);
  const std::string sentence = "expected scores (m,k) with k > 0 and labels, int32 (m) or rows (m,k), got ";
  expect_error<ShapeError>([&] { cross_entropy(x, labels); },
                           "cross_entropy: " + sentence + "float32 (2,3) and int32 (3)");
  expect_error<ShapeError>([&] { cross_entropy(x, rows); },
                           "cross_entropy: " + sentence + "float32 (2,3) and float32 (2,4)");
  expect_error<ShapeError>([&] { softmax_cross_entropy(x, labels); },
                           "softmax_cross_entropy: expected float32 or float64 (n,k,...) with k > 0 and "
                           "int32 labels (n,...), got float32 (2,3) and int32 (3)");
  expect_error<ShapeError>([&] { softmax_cross_entropy(x, rows); },
                           "softmax_cross_entropy: expected one shape, got (2,3) and (2,4)");
}

TEST_F(Classification, SumsNoExamplesToZeroAndRefusesTheirMean) {
  const Tensor x = g.input("x", {0, 3}), labels = g.input("labels", {0}, DType::int32);
  const LossOptions total{.reduction = LossReduction::sum};
  const Array no_scores(DType::float32, {0, 3}), no_labels(DType::int32, {0});
  for (const Tensor& sum :
       {cross_entropy(x, labels), nll(x, labels, total), softmax_cross_entropy(x, labels, total)})
    EXPECT_EQ(evaluate(sum, {{x, no_scores}, {labels, no_labels}}).item(), 0);
  EXPECT_EQ(evaluate(cross_entropy(x, x), {{x, no_scores}}).item(), 0);
  const std::string sentence = "expected numbers to average, got float32 (0,3)";
  expect_error<ShapeError>([&] { nll(x, labels); }, "nll: " + sentence);
  expect_error<ShapeError>([&] { softmax_cross_entropy(x, labels); }, "softmax_cross_entropy: " + sentence);
  expect_error<ShapeError>([&] { softmax_cross_entropy(x, labels, {.ignore_index = 1}); },
                           "softmax_cross_entropy: " + sentence);
}

// Also where an equal loss of another function is in the graph.
TEST_F(Classification, NamesTheFunctionWhoseLabelsAreOutOfRange) {
  const Tensor x = g.constant(full({2, 3}, 0.25)), labels = g.input("labels", {2}, DType::int32);
  const LossOptions each{.reduction = LossReduction::none};
  const Tensor first = nll(x, labels, each);
  const Tensor second = softmax_cross_entropy(x, labels, each);
  const Tensor third = misclassification_probability(x, labels);
  const Array wrong = Array::of<std::int32_t>({2}, {0, 3});
  const auto message = [&](const Tensor& y) {
    return message_of<DataError>([&] { evaluate(y, {{labels, wrong}}); });
  };
  const std::string sentence = "expected labels from 0 to 2, got 3 at 1";
  EXPECT_TRUE(message(first).starts_with("nll: " + sentence + ", in "));
  EXPECT_TRUE(message(second).starts_with("softmax_cross_entropy: " + sentence + ", in "));
  EXPECT_TRUE(message(third).starts_with("misclassification_probability: " + sentence + ", in "));
}

TEST_F(Classification, RefusesMixedTypesAndIntegers) {
  const Tensor x = g.input("x", {2, 3}), rows = g.input("rows", {2, 3}, DType::float64);
  const Tensor labels = g.input("labels", {2, 3}, DType::int32);
  const std::string types =
      "expected one element type, got float32 and float64; cast(x, DType::float32) converts";
  const std::string integers = "expected float32 or float64, got int32 (2,3)";
  expect_error<ShapeError>([&] { cross_entropy(x, rows); }, "cross_entropy: " + types);
  expect_error<ShapeError>([&] { softmax_cross_entropy(x, rows); }, "softmax_cross_entropy: " + types);
  expect_error<ShapeError>([&] { cross_entropy(labels, x); }, "cross_entropy: " + integers);
}

// More rows, and longer ones, than are worked on at once.
TEST_F(Classification, GivesTheValuesOfTheFormulasForManyAndForLongRows) {
  for (const Shape& shape : {Shape{150, 10}, Shape{3, 2100}, Shape{1, 6000}}) {
    const Array scores = numbers(shape), p = testing::softmax_of_rows(scores);
    const Array logarithms = testing::mapped(p, [](double x) { return std::log(x); });
    Array labels(DType::int32, {shape[0]});
    std::vector<std::int32_t> classes;
    for (std::int32_t i = 0; i < shape[0]; ++i)
      classes.push_back(7 * i % static_cast<std::int32_t>(shape[1]));
    std::ranges::copy(classes, labels.as<std::int32_t>().begin());
    const Array rows = testing::one_hot_rows(classes, shape[1]), weights = testing::positive(shape, 0.3);
    for (const DType dtype : kRealTypes) {
      const double tolerance = dtype == DType::float32 ? 1e-5 : 1e-12, m = static_cast<double>(shape[0]);
      const Tensor x = g.constant(cast(scores, dtype)), y = g.constant(cast(p, dtype));
      EXPECT_TRUE(close_to(evaluate(softmax(x)), p, tolerance));
      EXPECT_TRUE(close_to(evaluate(log_softmax(x)), logarithms, tolerance));
      const auto expect_loss = [&](const Array& label, const Array& expected) {
        const Tensor given = g.constant(is_floating(label.dtype()) ? cast(label, dtype) : label);
        EXPECT_TRUE(close_to(evaluate(softmax_cross_entropy(x, given)),
                             testing::cross_entropy_sum(p, expected, 1 / m), tolerance));
        // eps beside probabilities of 1 / 6000
        EXPECT_TRUE(close_to(evaluate(cross_entropy(y, given)), testing::cross_entropy_sum(p, expected),
                             tolerance + (dtype == DType::float32 ? 1e-3 : 1e-11)));
      };
      expect_loss(labels, rows);
      expect_loss(weights, weights);
    }
  }
}

TEST_F(Classification, HasProbabilitiesThatSumToOne) {
  for (const DType dtype : kRealTypes) {
    const Array sums = evaluate(sum(softmax(g.constant(cast(numbers({5, 33}), dtype))), {1}));
    EXPECT_TRUE(close_to(sums, full({5}, 1, dtype), dtype == DType::float32 ? 1e-6 : 1e-15));
  }
}

TEST_F(Classification, CountsNothingButTheClassOfTheLabelInNll) {
  const Tensor x =
      g.constant(Array::of<double>({2, 3}, {-kInfinity, -2, -kInfinity, -1, -kInfinity, -kInfinity}));
  const Tensor labels = g.constant(Array::of<std::int32_t>({2}, {1, 0}));
  const Tensor loss = nll(x, labels);
  EXPECT_EQ(evaluate(loss).item(), 1.5);
  const Array expected = Array::of<double>({2, 3}, {0, -0.5, 0, -0.5, 0, 0});
  EXPECT_TRUE(close_to(evaluate(build_grad(loss, {x})[x]), expected, 0));
}

TEST_F(Classification, LeavesIgnoredExamplesOutOfSumAndMean) {
  const Tensor x = g.constant(numbers({3, 4})), labels = g.input("labels", {3}, DType::int32);
  const Array none = Array::of<std::int32_t>({3}, {-7, -7, -7}),
              one = Array::of<std::int32_t>({3}, {-7, 2, -7});
  const Tensor total = nll(x, labels, {.ignore_index = -7, .reduction = LossReduction::sum});
  const Tensor average = nll(x, labels, {.ignore_index = -7});
  const double single = -testing::at(numbers({3, 4}), {1, 2});
  EXPECT_EQ(evaluate(total, {{labels, none}}).item(), 0);
  EXPECT_TRUE(std::isnan(evaluate(average, {{labels, none}}).item()));
  EXPECT_EQ(evaluate(total, {{labels, one}}).item(), single);
  EXPECT_EQ(evaluate(average, {{labels, one}}).item(), single);
  const Array wrong = Array::of<std::int32_t>({3}, {-7, 4, -7});
  EXPECT_TRUE(testing::contains(message_of<DataError>([&] {
                                  evaluate(average, {{labels, wrong}});
                                }),
                                "expected labels from 0 to 3, got 4 at 1"));
}

TEST_F(Classification, IsOneOpWithoutOptionsAndWithSmoothingAlone) {
  const Tensor x = g.input("x", {3, 4}), labels = g.input("labels", {3}, DType::int32);
  EXPECT_EQ(softmax_cross_entropy(x, labels, {}), softmax_cross_entropy(x, labels));
  const Tensor smoothed = softmax_cross_entropy(x, labels, {.label_smoothing = 0.1});
  EXPECT_EQ(get_operation(smoothed), get_operation(softmax_cross_entropy(x, labels)));
}

TEST_F(Classification, SmoothsTheLabelsOfHugeScores) {
  const Tensor x = g.constant(Array::of<float>({1, 2}, {1e30F, -1e30F}));
  const Tensor labels = g.constant(Array::of<std::int32_t>({1}, {0}));
  const Tensor loss = softmax_cross_entropy(x, labels, {.label_smoothing = 0.5});
  EXPECT_NEAR(evaluate(loss).item() / 5e29, 1, 1e-6);
  EXPECT_TRUE(close_to(evaluate(build_grad(loss, {x})[x]), Array::of<double>({1, 2}, {0.25, -0.25}), 1e-6));
}

// Losses beside large scores: of float32, log1p(e^-13.8) and the like.
TEST_F(Classification, KeepsSmallLossesBesideLargeScores) {
  struct Case {
    std::vector<double> scores;
    double loss;
  };
  const double gap = double{100.F} - double{86.2F};
  for (const DType dtype : kRealTypes) {
    const double tolerance = dtype == DType::float32 ? 5e-7 : 1e-14;
    for (const Case& c :
         {Case{{100, double{86.2F}}, std::log1p(std::exp(-gap))}, Case{{1e8, 1e8, 1e8}, std::log(3)},
          Case{{12, 0}, std::log1p(std::exp(-12))}, Case{{-2e6, -2e6, -2e6, -2e6}, std::log(4)},
          Case{{30, 0}, std::log1p(std::exp(-30))}}) {
      const auto k = static_cast<std::int64_t>(c.scores.size());
      const Array row = cast(Array::of({1, k}, std::span<const double>(c.scores)), dtype);
      const Tensor x = g.constant(row), label = g.constant(Array::of<std::int32_t>({1}, {0}));
      const Tensor column = transpose(x), rows = one_hot(label, k, dtype);
      const Tensor costs[] = {softmax_cross_entropy(x, label),
                              softmax_cross_entropy(x, rows),
                              softmax_cross_entropy(x, label, {.reduction = LossReduction::sum}),
                              -sum(rows * log_softmax(x)),
                              nll(log_softmax(x), label),
                              -sum(transpose(rows) * log_softmax(column, 0)),
                              -sum(rows * log(softmax(x))),
                              sum(rows * (logsumexp(x, {1}, true) - x)),
                              -sum(rows * (x - logsumexp(x, {1}, true)))};
      for (const Tensor& cost : costs)
        EXPECT_NEAR(evaluate(cost).item() / c.loss, 1, tolerance) << k << ' ' << cost.label();
    }
  }
}

TEST_F(Classification, LeavesScoresOfExamplesThatDoNotCountOutOfLossAndGradient) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Array scores = Array::of<double>({3, 2}, {nan, nan, 1, 2, kInfinity, -kInfinity});
  const Tensor x = g.constant(scores);
  const Tensor ignored = g.constant(Array::of<std::int32_t>({3}, {-1, 1, -1}));
  const Tensor weightless = g.constant(Array::of<std::int32_t>({3}, {0, 1, 0}));
  const Tensor only = g.constant(Array::of<double>({1, 2}, {1, 2}));
  const Tensor label = g.constant(Array::of<std::int32_t>({1}, {1}));
  const Tensor weights = g.constant(Array::of<double>({2}, {0, 3})), fed = g.input("w", {2}, DType::float64);
  for (const LossReduction reduction : {LossReduction::none, LossReduction::sum, LossReduction::mean}) {
    for (const double smoothing : {0.0, 0.25}) {
      for (const Tensor& w : {Tensor(), weights, fed}) {
        const Array zero_and_three = Array::of<double>({2}, {0, 3});
        const auto value = [&](const Tensor& y) {
          return w == fed ? evaluate(y, {{fed, zero_and_three}}) : evaluate(y);
        };
        for (const bool by_weight : {false, true}) {
          if (by_weight && (w.empty() || smoothing > 0)) continue;
          LossOptions options{.weights = w, .reduction = reduction, .label_smoothing = smoothing};
          const Tensor expected = sum(softmax_cross_entropy(only, label, options));
          if (!by_weight) options.ignore_index = -1;
          const Tensor loss = sum(softmax_cross_entropy(x, by_weight ? weightless : ignored, options));
          EXPECT_NEAR(value(loss).item(), value(expected).item(), 1e-14);
          const Array d = value(build_grad(loss, {x})[x]);
          const Array right = value(build_grad(expected, {only})[only]);
          for (const std::size_t i : {0U, 1U, 4U, 5U}) EXPECT_EQ(d.as<double>()[i], 0);
          for (const std::size_t i : {0U, 1U})
            EXPECT_NEAR(d.as<double>()[2 + i], right.as<double>()[i], 1e-14);
        }
      }
    }
  }
}

TEST_F(Classification, CountsNoClassWithAWeightOfZeroInTheSmoothing) {
  const Tensor x = g.constant(Array::of<double>({1, 3}, {1, 2, -kInfinity}));
  const Tensor label = g.constant(Array::of<std::int32_t>({1}, {1}));
  const Tensor weights = g.constant(Array::of<double>({3}, {1, 1, 0}));
  const Tensor loss = softmax_cross_entropy(
      x, label, {.weights = weights, .reduction = LossReduction::sum, .label_smoothing = 0.3});
  const double z = std::log(std::exp(1) + std::exp(2));
  EXPECT_NEAR(evaluate(loss).item(), 0.7 * (z - 2) + 0.1 * (2 * z - 3), 1e-14);
  const Array d = evaluate(build_grad(loss, {x})[x]);
  for (const double number : d.as<double>()) EXPECT_TRUE(std::isfinite(number));
}

TEST_F(Classification, RefusesOptionsThatDoNotFit) {
  const Tensor x = g.input("x", {2, 3}), labels = g.input("labels", {2}, DType::int32);
  const Tensor w = g.input("w", {2}), bytes = g.input("bytes", {2}, DType::uint8);
  expect_error<ShapeError>([&] { nll(x, labels, {.weights = w}); },
                           "nll: expected weights float32 (3), got float32 (2)");
  expect_error<ShapeError>([&] { nll(x, x, {.ignore_index = 1}); },
                           "nll: expected int32 labels with ignore_index, got float32 (2,3)");
  expect_error<ShapeError>([&] { softmax_cross_entropy(x, labels, {.label_smoothing = 2}); },
                           "softmax_cross_entropy: expected label_smoothing in [0,1], got 2");
  expect_error<ShapeError>(
      [&] { nll(x, bytes); },
      "nll: expected int32 labels, got uint8 (2); cast(labels, DType::int32) makes them");
  expect_error<ShapeError>([&] { nll(w, labels); },
                           "nll: expected float32 or float64 (n,k,...) with k > 0 and int32 labels (n,...), "
                           "got float32 (2) and int32 (2)");
}

}  // namespace
}  // namespace gradtable
