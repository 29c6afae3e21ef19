#include "gradtable/models/training/metrics.hpp"

#include <cmath>
#include <vector>

#include "tests/support/datasets.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/models/training/confusion.hpp"
#include "gradtable/models/training/trainer.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::message_of;

// A network whose outputs are its inputs, evaluated in batches of three.
Score evaluated(const Dataset& data, std::vector<Metric> metrics, const std::string& loss) {
  Graph graph;
  const Tensor one = graph.parameter("one", full({}, 1, DType::float64));
  Trainer trainer(
      graph,
      Model{
          .input = data.example(), .parameters = {one}, .outputs = [=](const Tensor& x) { return x * one; }},
      {.batch_size = 3, .loss = loss, .metrics = std::move(metrics)});
  return trainer.evaluate(data);
}

// Five examples of three scores; the last class is the label of none.
Dataset scores() {
  return {.inputs = Array::of<double>(
              {5, 3}, {0.5, 0.3, 0.2, 0.1, 0.7, 0.2, 0.6, 0.3, 0.1, 0.2, 0.1, 0.7, 0.4, 0.4, 0.2}),
          .targets = Array::of<std::int32_t>({5}, {0, 1, 1, 0, 1}),
          .classes = 3};
}

TEST(Metrics, OfClassesAreSharesOfExamples) {
  const Score score = evaluated(scores(),
                                {metrics::accuracy(), metrics::top_k_accuracy(1), metrics::top_k_accuracy(2),
                                 metrics::top_k_accuracy(3), metrics::balanced_accuracy()},
                                "softmax_cross_entropy");
  EXPECT_EQ(score.examples, 5);
  EXPECT_EQ(score.correct(), 2);
  EXPECT_EQ(score.accuracy(), 0.4);
  EXPECT_EQ(score.metric("top_1_accuracy"), score.accuracy());
  EXPECT_EQ(score.metric("top_2_accuracy"), 1);
  EXPECT_EQ(score.metric("top_3_accuracy"), 1);
  EXPECT_DOUBLE_EQ(score.metric("balanced_accuracy"), (1.0 / 2 + 1.0 / 3) / 2);
}

TEST(Metrics, BalancedAccuracyIsThatOfTheConfusionMatrix) {
  const Dataset data = scores();
  ConfusionMatrix confusion(3);
  const std::vector<std::int32_t> predictions = {0, 1, 0, 2, 0}, labels = {0, 1, 1, 0, 1};
  confusion.add(predictions, labels);
  const Score score = evaluated(data, {metrics::balanced_accuracy()}, "softmax_cross_entropy");
  EXPECT_EQ(score.metric("balanced_accuracy"), confusion.balanced_accuracy());
}

TEST(Metrics, OfRealNumbersAreThoseOfTheirFormulas) {
  const Dataset data{.inputs = Array::of<double>({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}),
                     .targets = Array::of<double>({4, 2}, {2, 2, 3, 2, 4, 6, 9, 9})};
  const Score score = evaluated(data,
                                {metrics::mean_absolute_error(), metrics::mean_squared_error(),
                                 metrics::root_mean_squared_error(), metrics::r2()},
                                "mean_squared_error");
  const double absolute = (1 + 0 + 0 + 2 + 1 + 0 + 2 + 1) / 8.0,
               squared = (1 + 0 + 0 + 4 + 1 + 0 + 4 + 1) / 8.0;
  EXPECT_DOUBLE_EQ(score.metric("mean_absolute_error"), absolute);
  EXPECT_DOUBLE_EQ(score.metric("mean_squared_error"), squared);
  EXPECT_DOUBLE_EQ(score.loss(), squared);
  EXPECT_DOUBLE_EQ(score.metric("root_mean_squared_error"), std::sqrt(squared));
  // Of the columns: means 4.5 and 4.75, spreads 29 and 34.75, errors 6 and 5.
  EXPECT_NEAR(score.metric("r2"), (1 - 6 / 29.0 + 1 - 5 / 34.75) / 2, 1e-14);
}

// The variance of targets beside a large mean is not lost in float32.
TEST(Metrics, R2HoldsForTargetsFarFromZero) {
  const std::vector<float> targets = {100000, 100001, 100002, 100003},
                           answers = {100000, 100001, 100002, 100002};
  const Score score = evaluated({.inputs = {answers, {4, 1}}, .targets = {targets, {4}}}, {metrics::r2()},
                                "mean_squared_error");
  EXPECT_NEAR(score.metric("r2"), 1 - 1 / 5.0, 1e-5);
}

// What rounding leaves of their spread is none.
TEST(Metrics, R2OfTargetsThatRoundingTellsApartIsOneOrZero) {
  const Array targets = full({100, 1}, 0.1, DType::float64);
  EXPECT_EQ(
      evaluated({.inputs = targets, .targets = targets}, {metrics::r2()}, "mean_squared_error").metric("r2"),
      1);
  EXPECT_EQ(evaluated({.inputs = full({100, 1}, 0.2, DType::float64), .targets = targets}, {metrics::r2()},
                      "mean_squared_error")
                .metric("r2"),
            0);
}

TEST(Metrics, R2OfTargetsThatAreAllTheSameIsOneOrZero) {
  const auto r2 = [](const std::vector<float>& answers) {
    return evaluated({.inputs = {answers, {2, 1}}, .targets = full({2}, 3)}, {metrics::r2()},
                     "mean_squared_error")
        .metric("r2");
  };
  EXPECT_EQ(r2({3, 3}), 1);
  EXPECT_EQ(r2({3, 4}), 0);
}

TEST(Metrics, OfYourOwnAreFunctionsOfOutputsAndTargets) {
  const Dataset data = testing::numbers({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, {4, 2}, {1, 4, 3, 3, 5, 6, 7, 8});
  const Metric largest = {.name = "largest_error",
                          .values = [](const Tensor& y, const Tensor& t) { return max(abs(y - t), {1}); }};
  EXPECT_EQ(evaluated(data, {largest}, "mean_squared_error").metric("largest_error"), (2 + 1) / 4.0);
}

TEST(Metrics, AreFoundByName) {
  for (const std::string& name : metric_names()) EXPECT_EQ(find_metric(name).name, name);
  EXPECT_TRUE(testing::contains(message_of<ConfigError>([] { find_metric("acc"); }),
                                "metric: expected one of accuracy, top_5_accuracy, "));
  EXPECT_THROW(metrics::top_k_accuracy(0), ConfigError);
}

TEST(Metrics, ThatDoNotFitAreRefusedBeforeAnythingIsComputed) {
  const Dataset numbers = testing::numbers({2, 1}, {1, 2}, {2}, {1, 2});
  const auto refused = [&](const Dataset& data, const Metric& metric, const std::string& loss) {
    return message_of<ConfigError>([&] { evaluated(data, {metric}, loss); });
  };
  EXPECT_EQ(refused(numbers, metrics::accuracy(), "mean_squared_error"),
            "trainer: expected metrics of real numbers of numbers, got accuracy, which takes classes");
  EXPECT_EQ(refused(numbers, metrics::r2(), "softmax_cross_entropy"),
            "trainer: expected a loss of real numbers of numbers, one of mean_squared_error, "
            "mean_absolute_error, got "
            "softmax_cross_entropy, which takes classes");
  const auto scalar = [](const Tensor& y, const Tensor& t) { return sum(y - t); };
  EXPECT_EQ(refused(numbers, {.name = "total", .values = scalar}, "mean_squared_error"),
            "trainer: expected that metric total gives a real number of each example, (2) or (2,k), got "
            "float64 ()");
  EXPECT_EQ(refused(numbers, {.name = "Loss", .values = scalar}, "mean_squared_error"),
            "trainer: metrics: expected different names of small letters, digits and _, none of them loss, "
            "got \"Loss\"");
  EXPECT_EQ(refused(numbers, {.name = "none", .values = {}}, "mean_squared_error"),
            "trainer: metrics: expected a function of each metric, got none without values");
}

TEST(Metrics, OfSeveralNumbersNeedAResult) {
  const Dataset data = testing::numbers({2, 2}, {1, 2, 3, 4}, {2, 2}, {1, 2, 3, 4});
  const Metric errors = {.name = "errors",
                         .values = [](const Tensor& y, const Tensor& t) { return abs(y - t); }};
  EXPECT_EQ(message_of<ConfigError>([&] { evaluated(data, {errors}, "mean_squared_error"); }),
            "trainer: expected a result of metric errors, which gives 2 numbers of each example, got none");
}

// Outputs and targets that a loss of the user's tells apart are not broadcast.
TEST(Metrics, AreOfTargetsLikeTheOutputs) {
  const Dataset data = testing::numbers({2, 2}, {1, 2, 3, 4}, {2, 1}, {1, 2});
  for (const char* name : {"mean_absolute_error", "mean_squared_error", "r2"}) {
    Graph graph;
    const Tensor one = graph.parameter("one", full({}, 1));
    TrainerOptions options = {.metrics = {find_metric(name)}};
    options.loss_function = [](const Tensor& y, const Tensor&) { return sum(y); };
    Trainer trainer(
        graph, Model{.input = {2}, .parameters = {one}, .outputs = [=](const Tensor& x) { return x * one; }},
        options);
    EXPECT_EQ(message_of<ConfigError>([&] { trainer.evaluate(data); }),
              std::string(name) + ": expected targets (2,2), as the outputs, got (2,1)");
  }
}

TEST(Score, NamesWhatWasMeasured) {
  const Score score = evaluated(scores(), {metrics::accuracy()}, "softmax_cross_entropy");
  const MetricValues values = score.values("test_");
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0], (std::pair<std::string, double>("test_loss", score.loss())));
  EXPECT_EQ(values[1], (std::pair<std::string, double>("test_accuracy", 0.4)));
  EXPECT_TRUE(score.has("accuracy"));
  EXPECT_EQ(message_of<ConfigError>([&] { score.metric("r2"); }),
            "score: expected a metric that was measured, loss, accuracy, got \"r2\"");
}

}  // namespace
}  // namespace gradtable
