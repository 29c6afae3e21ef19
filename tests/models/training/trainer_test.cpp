#include "gradtable/models/training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/datasets.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/core/machine/cores.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/data/batches.hpp"
#include "gradtable/models/data/digits.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/lenet5.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/ops/arithmetic.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

using Numbers = std::vector<double>;

// Seven images of 2x2 pixels in two classes.
Dataset tiny() {
  return testing::images(2, 2, 2, {0,  255, 128, 64, 255, 0,  30, 200, 90,  90, 90, 90, 10,  250,
                                   60, 1,   200, 20, 77,  33, 5,  5,   240, 8,  99, 12, 140, 180},
                         {0, 1, 1, 0, 1, 0, 1});
}

// All parameters of a network, one after the other.
Numbers numbers_of(const Graph& graph, const Sequential& network) {
  Numbers numbers;
  for (const Tensor& parameter : network.parameters()) {
    const Array values = cast(graph.value(parameter), DType::float64);
    numbers.insert(numbers.end(), values.as<double>().begin(), values.as<double>().end());
  }
  return numbers;
}

// A network of 4, 3 and 2 units, ReLU, softmax and cross-entropy, trained by loops: Goodfellow et al.,
// algorithms 6.3, 6.4 and 8.1.
class TrainedByHand {
 public:
  explicit TrainedByHand(const Numbers& start)
      : W1_(start.begin(), start.begin() + 12),
        b1_(start.begin() + 12, start.begin() + 15),
        W2_(start.begin() + 15, start.begin() + 21),
        b2_(start.begin() + 21, start.end()) {}

  // Returns the sum of the losses and the number of right answers before the step.
  std::pair<double, int> step(const Dataset& data, std::span<const std::int32_t> indices,
                              double learning_rate) {
    Numbers dW1(12), db1(3), dW2(6), db2(2);
    double loss = 0;
    int correct = 0;
    for (const std::int32_t number : indices) {
      const auto index = static_cast<std::size_t>(number);
      double x[4], a[3], h[3], s[2];
      for (std::size_t i = 0; i < 4; ++i) x[i] = data.inputs.as<std::uint8_t>()[4 * index + i] / 255.0;
      for (std::size_t j = 0; j < 3; ++j) {
        a[j] = b1_[j];
        for (std::size_t i = 0; i < 4; ++i) a[j] += x[i] * W1_[3 * i + j];
        h[j] = std::max(a[j], 0.0);
      }
      for (std::size_t k = 0; k < 2; ++k) {
        s[k] = b2_[k];
        for (std::size_t j = 0; j < 3; ++j) s[k] += h[j] * W2_[2 * j + k];
      }
      const auto label = static_cast<std::size_t>(data.label(number));
      const double sum = std::exp(s[0]) + std::exp(s[1]);
      loss -= std::log(std::exp(s[label]) / sum);
      correct += (s[1] > s[0] ? 1U : 0U) == label ? 1 : 0;
      double g[2];
      for (std::size_t k = 0; k < 2; ++k) {
        g[k] = (std::exp(s[k]) / sum - (k == label ? 1 : 0)) / static_cast<double>(indices.size());
        db2[k] += g[k];
        for (std::size_t j = 0; j < 3; ++j) dW2[2 * j + k] += h[j] * g[k];
      }
      for (std::size_t j = 0; j < 3; ++j) {
        const double below = a[j] > 0 ? g[0] * W2_[2 * j] + g[1] * W2_[2 * j + 1] : 0;
        db1[j] += below;
        for (std::size_t i = 0; i < 4; ++i) dW1[3 * i + j] += x[i] * below;
      }
    }
    move(W1_, dW1, learning_rate);
    move(b1_, db1, learning_rate);
    move(W2_, dW2, learning_rate);
    move(b2_, db2, learning_rate);
    return {loss, correct};
  }

  Numbers numbers() const {
    Numbers all = W1_;
    for (const Numbers* more : {&b1_, &W2_, &b2_}) all.insert(all.end(), more->begin(), more->end());
    return all;
  }

 private:
  static void move(Numbers& parameter, const Numbers& gradient, double learning_rate) {
    for (std::size_t i = 0; i < parameter.size(); ++i) parameter[i] -= learning_rate * gradient[i];
  }
  Numbers W1_, b1_, W2_, b2_;
};

// Epochs of trainer and loops side by side.
void compare_with_loops(const TrainerOptions& options) {
  const Dataset data = tiny();
  Graph graph;
  const Sequential network(graph, {4}, fcnn({3, 2}), {.dtype = DType::float64, .seed = 5});
  TrainedByHand by_hand(numbers_of(graph, network));
  Trainer trainer(graph, network, options);
  for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
    const Score score = trainer.train_epoch(data, epoch);
    const auto order = options.shuffle ? shuffled_order(7, options.seed, epoch) : natural_order(7);
    const Batches batches(order, options.batch_size);
    double loss = 0;
    int correct = 0;
    for (std::int64_t i = 0; i < batches.size(); ++i) {
      const auto images = batches[i].as<std::int32_t>();
      const double losses =
          options.loss_reduction == LossReduction::sum ? static_cast<double>(images.size()) : 1;
      const auto [batch_loss, batch_correct] =
          by_hand.step(data, images, losses * options.optimizer.learning_rate);
      loss += batch_loss;
      correct += batch_correct;
    }
    EXPECT_EQ(score.examples, 7);
    EXPECT_EQ(score.correct(), correct);
    EXPECT_NEAR(score.loss_sum, loss, 1e-12);
    const Numbers found = numbers_of(graph, network), expected = by_hand.numbers();
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-12) << i;
  }
}

TEST(Trainer, AgreesWithLoopsOverBatchesOfWhichTheLastIsPartial) {
  compare_with_loops({.batch_size = 3, .optimizer = {.learning_rate = 0.3}});
}

TEST(Trainer, AgreesWithLoopsOverSingleImages) {
  compare_with_loops({.batch_size = 1, .optimizer = {.learning_rate = 0.3}});
}

TEST(Trainer, AgreesWithLoopsOverOneBatchLargerThanTheData) {
  compare_with_loops({.batch_size = 100, .optimizer = {.learning_rate = 0.3}});
}

TEST(Trainer, AgreesWithLoopsInTheOrderOfTheData) {
  compare_with_loops({.batch_size = 2, .optimizer = {.learning_rate = 0.3}, .shuffle = false});
}

TEST(Trainer, FollowsTheSumOfTheLossesWhereTold) {
  compare_with_loops(
      {.batch_size = 3, .loss_reduction = LossReduction::sum, .optimizer = {.learning_rate = 0.1}});
}

TEST(Trainer, FollowsTheSumOverSeveralBatchesToo) {
  std::vector<Numbers> found;
  for (const auto& [batch, accumulated] : {std::pair(7, 1), {2, 0}}) {
    Graph graph;
    const Sequential network(graph, {4}, fcnn({3, 2}), {.dtype = DType::float64, .seed = 5});
    Trainer trainer(graph, network,
                    {.batch_size = batch,
                     .loss_reduction = LossReduction::sum,
                     .optimizer = {.learning_rate = 0.1},
                     .gradient_accumulation = accumulated,
                     .shuffle = false});
    trainer.train_epoch(tiny(), 1);
    found.push_back(numbers_of(graph, network));
  }
  for (std::size_t i = 0; i < found[0].size(); ++i) EXPECT_NEAR(found[0][i], found[1][i], 1e-12) << i;
}

// The parameters after some epochs on the tiny data, in float32.
Numbers trained(std::uint64_t seed, const std::vector<std::uint64_t>& epochs, bool evaluate_between = false) {
  Graph graph;
  const Sequential network(graph, {4}, fcnn({3, 2}), {.seed = 1});
  Trainer trainer(graph, network, {.batch_size = 2, .optimizer = {.learning_rate = 0.3}, .seed = seed});
  for (const std::uint64_t epoch : epochs) {
    trainer.train_epoch(tiny(), epoch);
    if (evaluate_between) trainer.evaluate(tiny());
  }
  return numbers_of(graph, network);
}

TEST(Trainer, GivesTheSameBitsForTheSameSeed) {
  EXPECT_EQ(trained(3, {1, 2}), trained(3, {1, 2}));
  EXPECT_NE(trained(3, {1, 2}), trained(4, {1, 2}));
}

TEST(Trainer, ShufflesEachEpochInAnOrderOfItsOwn) {
  EXPECT_NE(trained(3, {1}), trained(3, {2}));
}

TEST(Trainer, ChangesNothingByEvaluation) {
  Graph graph;
  const Sequential network(graph, {4}, fcnn({3, 2}));
  Trainer trainer(graph, network, {.batch_size = 3});
  const Numbers before = numbers_of(graph, network);
  const Score first = trainer.evaluate(tiny()), second = trainer.evaluate(tiny());
  EXPECT_EQ(numbers_of(graph, network), before);
  EXPECT_EQ(first.loss_sum, second.loss_sum);
  EXPECT_EQ(first.examples, 7);
  EXPECT_EQ(trained(3, {1, 2}), trained(3, {1, 2}, true));
}

TEST(Trainer, HandsOutPredictionsInTheOrderOfTheData) {
  // Scores are the pixels themselves: the class is the brightest of four.
  const std::vector<std::int32_t> brightest = {2, 0, 3, 1, 0};
  std::vector<std::uint8_t> pixels;
  for (const std::int32_t best : brightest)
    for (std::int32_t i = 0; i < 4; ++i) pixels.push_back(i == best ? 200 : 20);
  const Dataset data = testing::images(2, 2, 4, pixels, {2, 0, 3, 1, 1});
  Graph graph;
  const Sequential network(graph, {4}, fcnn({4}), {.initializer = "zeros"});
  Array identity = zeros({4, 4});
  for (std::size_t i = 0; i < 4; ++i) identity.as<float>()[5 * i] = 1;
  graph.set_value(network.parameters()[0], identity);

  Trainer trainer(graph, network, {.batch_size = 2});
  std::vector<std::int32_t> predictions, labels;
  std::vector<std::size_t> sizes;
  const Score score = trainer.evaluate(data, [&](const Answers& batch) {
    EXPECT_EQ(batch.first, static_cast<std::int64_t>(predictions.size()));
    sizes.push_back(batch.predictions.size());
    ASSERT_EQ(batch.labels.size(), batch.predictions.size());
    predictions.insert(predictions.end(), batch.predictions.begin(), batch.predictions.end());
    labels.insert(labels.end(), batch.labels.begin(), batch.labels.end());
  });
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 2, 1}));
  EXPECT_EQ(predictions, brightest);
  EXPECT_EQ(labels, (std::vector<std::int32_t>{2, 0, 3, 1, 1}));
  EXPECT_EQ(score.correct(), 4);
  EXPECT_EQ(score.accuracy(), 0.8);
}

TEST(Trainer, RefusesDataThatDoNotFitTheNetwork) {
  Graph graph;
  const Sequential wide(graph, {5}, fcnn({2}));
  Trainer trainer(graph, wide, {});
  EXPECT_EQ(message_of<ConfigError>([&] { trainer.train_epoch(tiny(), 1); }),
            "trainer: expected examples of 5 numbers, the network's input (5), got (2,2)");
  EXPECT_THROW(trainer.evaluate(tiny()), ConfigError);
  EXPECT_THROW(trainer.step_graph(tiny()), ConfigError);

  Graph other;
  const Sequential narrow(other, {4}, fcnn({1}));
  Trainer of_one_class(other, narrow, {});
  EXPECT_TRUE(contains(message_of<ConfigError>([&] { of_one_class.evaluate(tiny()); }),
                       "at most 1 classes, the outputs of the network, got 2"));
}

// As a config that asks for it is refused.
TEST(Trainer, RefusesALossThatDoesNotTakeTheOutputActivation) {
  const auto refused = [](const std::string& output, const std::string& loss) {
    Graph graph;
    const Sequential network(graph, {784}, fcnn({10}, {.output = output}));
    Trainer trainer(graph, network, {.loss = loss});
    return message_of<ConfigError>([&] { trainer.train_epoch(draw_digits(10, 1), 1); });
  };
  EXPECT_TRUE(
      contains(refused("softmax", "softmax_cross_entropy"),
               "trainer: expected the output activation linear with the loss softmax_cross_entropy, got "
               "softmax  ["));
  EXPECT_TRUE(
      contains(refused("sigmoid", "binary_cross_entropy"), "linear with the loss binary_cross_entropy"));
  EXPECT_TRUE(
      contains(refused("linear", "cross_entropy"), "softmax with the loss cross_entropy, got linear"));
  EXPECT_TRUE(contains(refused("tanh", "expected_squared_distance"), "softmax or sigmoid with the loss"));
  EXPECT_EQ(refused("softmax", "cross_entropy"), "nothing thrown");
  EXPECT_EQ(refused("tanh", "squared_error"), "nothing thrown");
}

TEST(Trainer, TakesAnyOutputsWithALossOfTheUser) {
  Graph graph;
  const Sequential network(graph, {784}, fcnn({10}, {.output = "softmax"}));
  Trainer trainer(graph, network, {.loss_function = [](const Tensor& y, const Tensor& labels) {
                    return softmax_cross_entropy(y, labels);
                  }});
  EXPECT_NO_THROW(trainer.train_epoch(draw_digits(10, 1), 1));
}

TEST(Trainer, RefusesSettingsBeforeItAddsToTheGraph) {
  Graph graph;
  const Sequential network(graph, {4}, fcnn({2}));
  const std::size_t before = graph.size();
  EXPECT_THROW(Trainer(graph, network, {.batch_size = 0}), ConfigError);
  EXPECT_THROW(Trainer(graph, network, {.batch_size = -3}), ConfigError);
  EXPECT_THROW(Trainer(graph, network, {.threads = -1}), ConfigError);
  EXPECT_THROW(Trainer(graph, network, {.optimizer = {.learning_rate = 0}}), ConfigError);
  EXPECT_THROW(
      Trainer(graph, network, {.optimizer = {.learning_rate = std::numeric_limits<double>::quiet_NaN()}}),
      ConfigError);
  EXPECT_EQ(graph.size(), before);
}

TEST(Trainer, SaysInWhichStepTheLossOverflowed) {
  Graph graph;
  const Sequential network(graph, {4}, fcnn({3, 2}, {.activation = "linear"}), {.dtype = DType::float64});
  for (const Tensor& parameter : network.parameters())
    graph.set_value(parameter, evaluate(parameter * 1e152));  // the scores fit a double, a step on not
  Trainer trainer(graph, network, {.batch_size = 2, .optimizer = {.learning_rate = 1000}, .shuffle = false});
  Numbers after_first_step;
  const std::string message = message_of<NumericError>([&] {
    trainer.train_epoch(tiny(), 4, [&](const StepMetrics&) {
      after_first_step = numbers_of(graph, network);
      return true;
    });
  });
  EXPECT_TRUE(message.starts_with("epoch 4, step 3: the training diverged: loss ")) << message;
  EXPECT_TRUE(
      message.ends_with(", first not finite in outputs; learning rate 1000: try a smaller one, "
                        "or clip_norm"))
      << message;
  const Numbers now = numbers_of(graph, network);
  EXPECT_EQ(now, after_first_step);
  EXPECT_TRUE(std::ranges::all_of(now, [](double v) { return std::isfinite(v); }));
}

TEST(Trainer, EvaluatesWhatIsNotFiniteIfThatIsAllowed) {
  for (const NotFinite rule : {NotFinite::refuse, NotFinite::allow}) {
    Graph graph;
    const Sequential network(graph, {4}, fcnn({2}));
    graph.set_value(network.parameters()[1],
                    Array::of<float>({2}, {std::numeric_limits<float>::quiet_NaN(), 0}));
    Trainer trainer(graph, network, {.batch_size = 7, .evaluation = rule});
    if (rule == NotFinite::refuse) {
      EXPECT_THROW(trainer.evaluate(tiny()), NumericError);
    } else {
      const Score score = trainer.evaluate(tiny());
      EXPECT_TRUE(std::isnan(score.loss()));
      EXPECT_EQ(score.examples, 7);
    }
    EXPECT_EQ(
        message_of<NumericError>([&] { trainer.train_epoch(tiny(), 1); }),
        "epoch 1, step 1: expected a finite loss of the first parameters, got nan, first not finite in b1");
  }
}

TEST(Trainer, SaysInWhichBatchOfAnEvaluationTheLossOverflowed) {
  Graph graph;
  const Sequential network(graph, {4}, fcnn({3, 2}, {.activation = "linear"}), {.dtype = DType::float64});
  Trainer trainer(graph, network, {.batch_size = 2});
  std::vector<std::uint8_t> pixels = testing::pixels_of(tiny());
  std::fill_n(pixels.begin(), 8, std::uint8_t{0});
  Dataset data = tiny();
  data.inputs = {pixels, data.inputs.shape()};
  for (const Tensor& parameter : network.parameters())
    if (parameter.shape().rank() == 2)
      graph.set_value(parameter, full(parameter.shape(), 1e200, DType::float64));
  const std::string message = message_of<NotFiniteError>([&] { trainer.evaluate(data); });
  EXPECT_TRUE(message.starts_with("evaluation, batch 2: expected a finite loss, got ")) << message;
  EXPECT_TRUE(message.ends_with(", first not finite in outputs")) << message;
}

TEST(Trainer, ProfilesStepsOnFullBatches) {
  Graph graph;
  const Sequential network(graph, {4}, fcnn({3, 2}), {.seed = 1});
  Trainer trainer(graph, network, {.batch_size = 2});
  EXPECT_FALSE(trainer.end_profile()) << "none was begun";
  trainer.begin_profile();
  EXPECT_FALSE(trainer.end_profile()) << "without a step";
  trainer.begin_profile();
  trainer.train_epoch(tiny(), 1);  // three full batches and one example
  trainer.evaluate(tiny());
  const std::optional<ProgramProfile> profile = trainer.end_profile();
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->runs, 3U);
  EXPECT_EQ(profile->graph_serial, graph.serial());
  trainer.train_epoch(tiny(), 2);
  EXPECT_FALSE(trainer.end_profile()) << "which was ended before";
}

TEST(Trainer, StopsWhenToldTo) {
  Graph graph;
  const Sequential network(graph, {4}, fcnn({2}));
  Trainer trainer(graph, network, {.batch_size = 2});
  std::vector<std::int64_t> seen;
  const Score score = trainer.train_epoch(tiny(), 1, [&](const StepMetrics& step) {
    seen.push_back(step.so_far.examples);
    return seen.size() < 2;
  });
  EXPECT_EQ(seen, (std::vector<std::int64_t>{2, 4}));
  EXPECT_EQ(score.examples, 4);
}

TEST(Trainer, AddsNothingToTheGraphAfterTheFirstEpochAndEvaluation) {
  Graph graph;
  const Sequential network(graph, {4}, fcnn({2}));
  Trainer trainer(graph, network, {.batch_size = 3});
  trainer.train_epoch(tiny(), 1);
  trainer.evaluate(tiny());
  const std::size_t size = graph.size();
  trainer.train_epoch(tiny(), 2);
  trainer.evaluate(tiny());
  EXPECT_EQ(graph.size(), size);
  EXPECT_EQ(trainer.step_graph(tiny()).inputs.shape(), (Shape{3, 4}));
  EXPECT_EQ(graph.size(), size);
}

TEST(Trainer, TakesDataSetsOfAnySizeInTurn) {
  Dataset few = tiny();
  keep_first(few, 5);
  Graph graph;
  const Sequential network(graph, {4}, fcnn({3, 2}));
  Trainer trainer(graph, network, {.batch_size = 2});
  const Score all = trainer.evaluate(tiny());
  EXPECT_EQ(trainer.evaluate(few).examples, 5);
  const Score again = trainer.evaluate(tiny());
  EXPECT_EQ(again.examples, 7);
  EXPECT_EQ(again.loss_sum, all.loss_sum);
}

// The numbers of one batch, from the whole set as bytes.
TEST(Trainer, MakesTheBatchInTheProgram) {
  const Dataset data = tiny();
  Graph graph;
  const Sequential network(graph, {4}, fcnn({2}));
  Trainer trainer(graph, network, {.batch_size = 3});
  const StepGraph& step = trainer.step_graph(data);
  EXPECT_EQ(step.all_inputs.type(), data.input_rows().type);
  EXPECT_EQ(step.all_targets.type(), data.targets.type());
  const Array indices = Array::of<std::int32_t>({3}, {6, 0, 6});
  const Array images = evaluate(step.inputs, {{step.all_inputs, data.input_rows()}, {step.indices, indices}});
  const Array labels = evaluate(step.targets, {{step.all_targets, data.targets}, {step.indices, indices}});
  ASSERT_EQ(images.type(), (TensorType{DType::float32, {3, 4}}));
  ASSERT_EQ(labels.type(), (TensorType{DType::int32, {3}}));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto row = static_cast<std::size_t>(indices.as<std::int32_t>()[i]);
    EXPECT_EQ(labels.as<std::int32_t>()[i], testing::labels_of(data)[row]);
    for (std::size_t j = 0; j < 4; ++j)
      EXPECT_EQ(images.as<float>()[4 * i + j],
                static_cast<float>(testing::pixels_of(data)[4 * row + j]) / 255.0F);
  }
}

TEST(Trainer, LearnsTheBuiltInDigits) {
  const Dataset data = draw_digits(2000, 1);
  Graph graph;
  const Sequential network(graph, {784}, fcnn({32, 10}));
  Trainer trainer(graph, network, {.batch_size = 20, .optimizer = {.learning_rate = 0.1}, .threads = 1});
  EXPECT_LT(trainer.evaluate(data).accuracy(), 0.3);
  for (std::uint64_t epoch = 1; epoch <= 4; ++epoch) trainer.train_epoch(data, epoch);
  EXPECT_GT(trainer.evaluate(data).accuracy(), 0.9);
  EXPECT_GT(trainer.evaluate(draw_digits(500, 2)).accuracy(), 0.85);
}

TEST(Trainer, StandsBesideAnotherInOneGraph) {
  Graph graph;
  graph.input("pixels", {1});  // the user's own
  const Sequential network(graph, {4}, fcnn({2}));
  Trainer one(graph, network, {.batch_size = 2});
  const unsigned line = __LINE__ - 1;
  Trainer other(graph, network, {.batch_size = 2, .optimizer = {.learning_rate = 0.01}});
  EXPECT_EQ(one.step_graph(tiny()).all_inputs.label(), "pixels 2");
  EXPECT_EQ(one.step_graph(tiny()).loss.node().location.line(), line);
  EXPECT_EQ(one.step_graph(tiny()).inputs.node().location.line(), line);
  other.train_epoch(tiny(), 1);
  EXPECT_NO_THROW(one.train_epoch(tiny(), 1));
}

TEST(Trainer, RefusesAnEmptyDataSet) {
  Graph graph;
  const Sequential network(graph, {4}, fcnn({2}));
  Trainer trainer(graph, network, {});
  EXPECT_THROW(trainer.train_epoch(testing::images(2, 2, 2, {}, {}), 1), ConfigError);
}

TEST(Trainer, TellsHowManyThreadsAStepTakes) {
  const int two = std::min(2, available_cores());
  const Dataset digits = draw_digits(500, 1);
  Graph graph, other;
  const Sequential large(graph, {784}, fcnn({256, 10})), small(other, {4}, fcnn({2}));
  EXPECT_EQ(Trainer(graph, large, {.batch_size = 500, .threads = 1}).plan(digits).threads, 1);
  EXPECT_EQ(Trainer(graph, large, {.batch_size = 500, .threads = 2}).plan(digits).threads, two);
  EXPECT_EQ(Trainer(graph, large, {.batch_size = 1'000'000, .threads = 2}).plan(digits).threads, two);
  EXPECT_EQ(Trainer(other, small, {.batch_size = 2, .threads = 4}).plan(tiny()).threads, 1);
  EXPECT_THROW(Trainer(other, small, {}).plan(digits).threads, ConfigError);
}

// Of training on so many of the built-in digits in batches of 20.
TrainingPlan plan_of(std::int64_t images, std::int64_t accumulation,
                     const std::vector<Dataset>& others = {}) {
  std::vector<const Dataset*> evaluated;
  for (const Dataset& other : others) evaluated.push_back(&other);
  Graph graph;
  const Sequential network(graph, {784}, fcnn({16, 10}));
  return Trainer(graph, network, {.batch_size = 20, .gradient_accumulation = accumulation, .threads = 1})
      .plan(draw_digits(images, 1), evaluated);
}

TEST(Trainer, PlansTheSmallerBatchAtTheEndOfAnEpoch) {
  const TrainingPlan whole = plan_of(40, 1), more = plan_of(50, 1), less = plan_of(10, 1);
  EXPECT_EQ(whole.epoch_flops, 2 * whole.step_flops);
  EXPECT_EQ(more.step_flops, whole.step_flops);
  EXPECT_EQ(more.epoch_flops, whole.epoch_flops + less.epoch_flops);
  EXPECT_EQ(more.bytes, whole.bytes + less.bytes);
}

TEST(Trainer, PlansTheUpdateFromSeveralBatches) {
  const TrainingPlan two = plan_of(80, 2), four = plan_of(80, 4), three = plan_of(80, 3);
  const double update = 4 * (two.step_flops - four.step_flops);  // a half less a quarter of it
  const double parameters = 784 * 16 + 16 + 16 * 10 + 10;
  EXPECT_GE(update, 2 * parameters) << "at least a product and a difference for each";
  EXPECT_NEAR(two.epoch_flops, 4 * two.step_flops, 1);
  EXPECT_NEAR(three.epoch_flops, two.epoch_flops, 1) << "two updates, one of them of one batch";
  EXPECT_NEAR(four.epoch_flops, two.epoch_flops - update, 1);
}

TEST(Trainer, PlansEvaluations) {
  const std::vector<Dataset> test = {draw_digits(30, 2)};
  const TrainingPlan without = plan_of(40, 1), with = plan_of(40, 1, test);
  EXPECT_EQ(without.evaluation_flops, 0);
  EXPECT_GT(with.evaluation_flops, 30 * 2 * 784 * 16);
  EXPECT_LT(with.evaluation_flops, with.epoch_flops / 2);
  EXPECT_GT(with.bytes, without.bytes);
  const TrainingPlan twice = plan_of(40, 1, {test[0], test[0]});
  EXPECT_EQ(twice.bytes, with.bytes) << "by the same programs";
  EXPECT_EQ(twice.evaluation_flops, 2 * with.evaluation_flops);
}

TEST(Trainer, GivesTheSameBitsForAnyNumberOfThreadsWhenDeterministic) {
  const Dataset digits = draw_digits(700, 1);
  Numbers of_one;
  for (const int threads : {1, 2, 3, 4}) {
    Graph graph;
    const Sequential network(graph, {784}, fcnn({128, 10}));
    Trainer trainer(graph, network, {.batch_size = 256, .threads = threads, .deterministic = true});
    if (threads == 2) {
      ASSERT_EQ(trainer.plan(digits).threads, std::min(2, available_cores())) << "too small to show anything";
    }
    Numbers found = {trainer.train_epoch(digits, 1).loss_sum, trainer.evaluate(digits).loss_sum};
    const Numbers parameters = numbers_of(graph, network);
    found.insert(found.end(), parameters.begin(), parameters.end());
    if (threads == 1) of_one = found;
    EXPECT_EQ(found, of_one) << threads << " threads";
  }
}

// All numbers of a training's graph after three epochs. The second may be stopped in the middle; a trainer of
// another graph with the same parameters then continues it.
Numbers three_epochs(const TrainerOptions& options, const FcnnOptions& network_options, bool stopped) {
  const Dataset data = draw_digits(30, 1);
  const auto numbers = [](const Graph& graph) {
    std::vector<std::pair<std::string, Array>> all;
    for (std::size_t i = 0; i < graph.size(); ++i) {
      const Node& node = graph.node(static_cast<NodeId>(i));
      if (node.kind == NodeKind::parameter) all.emplace_back(node.name, *node.value);
    }
    return all;
  };
  Graph first;
  Trainer trainer(first, Sequential(first, {784}, fcnn({6, 10}, network_options)), options);
  trainer.train_epoch(data, 1);
  trainer.learning_rate().end_epoch(1);
  Graph second;
  Trainer resumed(second, Sequential(second, {784}, fcnn({6, 10}, network_options)), options);
  Graph* last = &first;
  if (stopped) {
    const Score so_far =
        trainer.train_epoch(data, 2, [](const StepMetrics& step) { return step.so_far.examples < 12; });
    EXPECT_EQ(so_far.examples, 12);
    resumed.step_graph(data);
    for (const auto& [name, value] : numbers(first)) second.set_value(second.find(name), value);
    resumed.learning_rate().restore(trainer.learning_rate().state());
    resumed.train_epoch(data, 2, {}, so_far);
    resumed.train_epoch(data, 3);
    last = &second;
  } else {
    trainer.train_epoch(data, 2);
    trainer.train_epoch(data, 3);
  }
  Numbers all;
  for (const auto& [name, value] : numbers(*last)) {
    const Array values = cast(value, DType::float64);
    all.insert(all.end(), values.as<double>().begin(), values.as<double>().end());
  }
  return all;
}

TEST(Trainer, GoesOnInAnEpochAsIfNobodyHadStopped) {
  const TrainerOptions adam{.batch_size = 4,
                            .optimizer = {.type = "adam", .learning_rate = 0.01},
                            .schedule = {.type = "cosine", .epochs = 3},
                            .augmentation = {.shift = 2, .elastic = {.sigma = 3, .alpha = 20}}};
  const TrainerOptions sums{.batch_size = 4,
                            .optimizer = {.type = "nesterov", .learning_rate = 0.1},
                            .schedule = {.type = "plateau", .patience = 0},
                            .gradient_accumulation = 2};
  for (const TrainerOptions& options : {adam, sums}) {
    const FcnnOptions network{.dropout = 0.3};
    EXPECT_EQ(three_epochs(options, network, false), three_epochs(options, network, true));
  }
}

TEST(Trainer, FollowsItsScheduleFromUpdateToUpdate) {
  const Dataset data = tiny();
  Graph graph;
  const Sequential network(graph, {4}, fcnn({2}), {.dtype = DType::float64});
  Trainer trainer(graph, network,
                  {.batch_size = 7,
                   .optimizer = {.learning_rate = 0.5},
                   .schedule = {.type = "step", .factor = 0.5, .every = 1},
                   .shuffle = false});
  EXPECT_EQ(trainer.learning_rate_at(data, 3), 0.125);
  for (const std::uint64_t epoch : {1U, 2U, 3U}) {
    const Numbers before = numbers_of(graph, network);
    const StepGraph& step = trainer.step_graph(data);
    const Tensor& W = network.parameters()[0];
    const Array indices = Array::of<std::int32_t>({7}, {0, 1, 2, 3, 4, 5, 6});
    const Array gradient = evaluate(
        build_grad(step.loss, {W})[W],
        {{step.all_inputs, data.input_rows()}, {step.all_targets, data.targets}, {step.indices, indices}});
    trainer.train_epoch(data, epoch);
    const Numbers after = numbers_of(graph, network);
    const double rate = std::pow(0.5, static_cast<double>(epoch));
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(after[i], before[i] - rate * gradient.as<double>()[i], 1e-15);
  }
}

TEST(Trainer, DropsUnitsAndChangesImagesInTrainingOnly) {
  const Dataset digits = draw_digits(40, 1);
  const auto losses = [&](double dropout, double shift) {
    Graph graph;
    const Sequential network(graph, {784}, fcnn({20, 10}, {.dropout = dropout}));
    Trainer trainer(graph, network, {.batch_size = 40, .augmentation = {.shift = shift}});
    const double tested = trainer.evaluate(digits).loss();
    return std::pair(tested, trainer.train_epoch(digits, 1).loss());
  };
  const auto [tested, trained] = losses(0, 0);
  EXPECT_NEAR(tested, trained, 1e-6);
  EXPECT_EQ(losses(0.5, 0).first, tested);
  EXPECT_NE(losses(0.5, 0).second, trained);
  EXPECT_EQ(losses(0, 3).first, tested);
  EXPECT_NE(losses(0, 3).second, trained);
}

TEST(Trainer, TrainsConvolutionalNetworks) {
  const Dataset digits = draw_digits(64, 1);
  Graph graph;
  Trainer trainer(graph, Sequential(graph, {784}, lenet5({.dropout = 0.1})),
                  {.batch_size = 32, .optimizer = {.type = "adam", .learning_rate = 0.005}});
  const double before = trainer.evaluate(digits).loss();
  for (std::uint64_t epoch = 1; epoch <= 15; ++epoch) trainer.train_epoch(digits, epoch);
  EXPECT_LT(trainer.evaluate(digits).loss(), 0.3 * before);
}

TEST(Trainer, HandsOutProbabilities) {
  const Dataset digits = draw_digits(5, 1);
  Graph graph;
  Trainer trainer(graph, Sequential(graph, {784}, fcnn({10})), {.batch_size = 3});
  trainer.evaluate(digits, [&](const Answers& batch) {
    ASSERT_EQ(batch.probabilities.type,
              (TensorType{DType::float32, {static_cast<std::int64_t>(batch.labels.size()), 10}}));
    const auto numbers = batch.probabilities.as<float>();
    for (std::size_t i = 0; i < batch.labels.size(); ++i) {
      const auto row = numbers.subspan(10 * i, 10);
      EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0), 1, 1e-5);
      EXPECT_EQ(std::ranges::max_element(row) - row.begin(), batch.predictions[i]);
    }
  });
}

TEST(Trainer, RefusesOptionsThatDoNotGoTogether) {
  Graph graph;
  const Sequential network(graph, {4}, fcnn({2}));
  const auto refused = [&](const TrainerOptions& options) {
    return message_of<ConfigError>([&] { Trainer(graph, network, options); });
  };
  EXPECT_EQ(refused({.loss = "squared_error", .label_smoothing = 0.1}),
            "trainer: label_smoothing: expected 0 with the loss squared_error, got 0.1");
  EXPECT_TRUE(
      contains(refused({.loss = "mse"}), "trainer: loss: expected one of \"softmax_cross_entropy\", "));
  EXPECT_EQ(refused({.gradient_accumulation = -1}),
            "trainer: gradient_accumulation: expected an integer from 0 to 1000000000, got -1");
  EXPECT_NE(refused({.optimizer = {.type = "sgd", .momentum = 0.9}}), "");
  EXPECT_NE(refused({.schedule = {.type = "cosine", .epochs = 0}}), "");
}

}  // namespace
}  // namespace gradtable
