// Trainings on real numbers, with losses and metrics of the user's, from data of any shape and type.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/models/training/fitting.hpp"
#include "tests/support/datasets.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/powers.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/slicing.hpp"

namespace gradtable {
namespace {

using testing::message_of;

// t = 2 x0 - x1 + 0.5 of points on a spiral.
Dataset plane(std::int64_t count, std::int64_t first = 0) {
  std::vector<float> x, t;
  for (std::int64_t i = first; i < first + count; ++i) {
    const auto angle = static_cast<float>(i) * 0.7F, radius = static_cast<float>(i % 17) / 17;
    x.push_back(radius * std::cos(angle));
    x.push_back(radius * std::sin(angle));
    t.push_back(2 * x[x.size() - 2] - x.back() + 0.5F);
  }
  return {.inputs = {x, {count, 2}}, .targets = {t, {count}}, .source = "plane"};
}

const std::vector<Layer> kLine = {layers::FullyConnected{1}};
const TrainerOptions kRegression = {.batch_size = 10,
                                    .loss = "mean_squared_error",
                                    .metrics = {metrics::mean_absolute_error(), metrics::r2()},
                                    .threads = 1};

TEST(Regression, FindsTheCoefficientsOfAPlane) {
  Graph graph;
  const Sequential network(graph, {2}, kLine, kNetwork);
  Fit fit(graph, network, {.train = plane(100), .validation = plane(20, 100)},
          {.epochs = 200,
           .early_stopping = {.metric = "validation_r2"},
           .keep_best = true,
           .trainer = kRegression});
  const FitResult result = fit.run();
  EXPECT_NEAR(graph.value(network.parameters()[0]).as<float>()[0], 2, 1e-3);
  EXPECT_NEAR(graph.value(network.parameters()[0]).as<float>()[1], -1, 1e-3);
  EXPECT_NEAR(graph.value(network.parameters()[1]).as<float>()[0], 0.5, 1e-3);
  EXPECT_GT(result.epochs.back().at("validation_r2"), 0.999);
  EXPECT_LT(result.epochs.back().at("validation_mean_absolute_error"), 1e-3);
  EXPECT_FALSE(result.epochs.back().find("train_accuracy"));
}

// The gradient of the mean over a batch, by hand.
TEST(Regression, MakesTheStepOfTheFormula) {
  const Dataset data = testing::numbers({2, 1}, {1, 2}, {2}, {3, 1});
  Graph graph;
  const Sequential network(graph, {1}, kLine, {.initializer = "zeros", .dtype = DType::float64});
  Trainer trainer(
      graph, network,
      {.batch_size = 2, .loss = "mean_squared_error", .optimizer = {.learning_rate = 0.1}, .threads = 1});
  EXPECT_EQ(trainer.train_epoch(data, 1).loss(), (9 + 1) / 2.0);
  EXPECT_DOUBLE_EQ(graph.value(network.parameters()[0]).item(), 0.1 * (3 * 1 + 1 * 2));
  EXPECT_DOUBLE_EQ(graph.value(network.parameters()[1]).item(), 0.1 * (3 + 1));
}

TEST(Regression, ResumesAfterAnyBatchAsIfNobodyHadStopped) {
  const testing::TemporaryFolder folder;
  const FitData data = {.train = plane(50), .validation = plane(20, 50)};
  FitOptions options = {.epochs = 3,
                        .early_stopping = {.metric = "validation_mean_absolute_error"},
                        .keep_best = true,
                        .trainer = kRegression};
  const auto course = [&](std::size_t stop) {
    options.checkpoint = folder.path("checkpoint");
    std::filesystem::remove(options.checkpoint);
    std::size_t done = 0;
    Graph first, second;
    Fit begun(first, Sequential(first, {2}, kLine, kNetwork), data, options);
    begun.run({.step = [&](const StepMetrics&) { ++done; }, .go_on = [&] { return done < stop; }});
    Fit resumed(second, Sequential(second, {2}, kLine, kNetwork), data, options);
    resumed.resume(options.checkpoint);
    resumed.run();
    return content_of(second) + without_times(read_safetensors(options.checkpoint));
  };
  const std::string whole = course(1000);
  for (const std::size_t stop : {1U, 3U, 5U, 7U, 14U}) EXPECT_EQ(course(stop), whole) << stop;
}

TEST(Regression, RefusesACheckpointWithOtherSums) {
  const testing::TemporaryFolder folder;
  const FitData data = {.train = plane(50)};
  const FitOptions options = {.epochs = 2, .checkpoint = folder.path("checkpoint"), .trainer = kRegression};
  bool stopped = false;
  Graph graph;
  Fit(graph, Sequential(graph, {2}, kLine, kNetwork), data, options)
      .run({.step = [&](const StepMetrics&) { stopped = true; }, .go_on = [&] { return !stopped; }});
  const TensorFile checkpoint = read_safetensors(options.checkpoint);
  for (const auto& [sums, part] : std::vector<std::pair<std::string, std::string>>{
           {"1,2", ": 2 sums of mean_absolute_error; expected 1"},
           {"x", ": sums.mean_absolute_error is \"x\"; expected a number"},
           {"1,", ": sums.mean_absolute_error is \"\"; expected a number"}}) {
    TensorFile changed = checkpoint;
    changed.metadata.at("sums.mean_absolute_error") = sums;
    write_safetensors(folder.path("changed"), changed);
    Graph other;
    Fit fit(other, Sequential(other, {2}, kLine, kNetwork), data, options);
    EXPECT_EQ(message_of<CheckpointError>([&] { fit.resume(folder.path("changed")); }),
              folder.path("changed") + part);
  }
}

TEST(Regression, TakesALossOfTheUsers) {
  TrainerOptions options = kRegression;
  options.loss_function = [](const Tensor& y, const Tensor& t) { return mean(sqrt(1 + square(y - t)) - 1); };
  Graph graph;
  const Sequential network(graph, {2}, kLine, kNetwork);
  Trainer trainer(graph, network, options);
  const Dataset data = plane(100);
  const double before = trainer.evaluate(data).loss();
  for (std::uint64_t epoch = 1; epoch <= 100; ++epoch) trainer.train_epoch(data, epoch);
  EXPECT_LT(trainer.evaluate(data).loss(), before / 100);
}

// Metrics of the user's continue with every bit: fractions by the name of accuracy, and what is not finite.
TEST(Regression, ResumesMetricsOfAnyName) {
  const testing::TemporaryFolder folder;
  FitOptions options = {.epochs = 3, .checkpoint = folder.path("checkpoint"), .trainer = kRegression};
  options.trainer.metrics = {
      {.name = "accuracy", .values = [](const Tensor& y, const Tensor& t) { return abs(y - t); }},
      {.name = "nothing", .values = [](const Tensor& y, const Tensor&) { return log(-1 - square(y)); }}};
  Graph whole, first, second;
  Fit uninterrupted(whole, Sequential(whole, {2}, kLine, kNetwork), {.train = plane(50)}, options);
  const std::vector<EpochMetrics> expected = uninterrupted.run().epochs;
  std::filesystem::remove(options.checkpoint);
  std::size_t done = 0;
  Fit begun(first, Sequential(first, {2}, kLine, kNetwork), {.train = plane(50)}, options);
  begun.run({.step = [&](const StepMetrics&) { ++done; }, .go_on = [&] { return done < 8; }});
  Fit resumed(second, Sequential(second, {2}, kLine, kNetwork), {.train = plane(50)}, options);
  resumed.resume(options.checkpoint);
  const std::vector<EpochMetrics> found = resumed.run().epochs;
  ASSERT_EQ(found.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(found[i].at("train_accuracy"), expected[i].at("train_accuracy"));
    EXPECT_TRUE(std::isnan(found[i].at("train_nothing")));
  }
}

TEST(Regression, RefusesACheckpointOfOtherMetrics) {
  const testing::TemporaryFolder folder;
  FitOptions options = {.epochs = 1, .checkpoint = folder.path("checkpoint"), .trainer = kRegression};
  Graph graph, other;
  Fit(graph, Sequential(graph, {2}, kLine, kNetwork), {.train = plane(50)}, options).run();
  options.trainer.metrics.pop_back();
  Fit fit(other, Sequential(other, {2}, kLine, kNetwork), {.train = plane(50)}, options);
  EXPECT_TRUE(
      testing::contains(message_of<CheckpointError>([&] { fit.resume(options.checkpoint); }),
                        "training.metrics is \"mean_absolute_error, r2\", expected \"mean_absolute_error\""));
}

// A frozen layer keeps every bit, and a checkpoint of other groups is refused.
TEST(Regression, TrainsTheParametersThatAreNotFrozen) {
  const testing::TemporaryFolder folder;
  FitOptions options = {.epochs = 2, .checkpoint = folder.path("checkpoint"), .trainer = kRegression};
  options.trainer.optimizer.groups = {{.names = "W1", .frozen = true}, {.names = "b*", .rate = 0.5}};
  Graph graph;
  const Sequential network(graph, {2}, {layers::FullyConnected{3}, layers::ReLU{}, layers::FullyConnected{1}},
                           kNetwork);
  const Array before = graph.value(network.parameters()[0]), bias = graph.value(network.parameters()[3]);
  Fit fit(graph, network, {.train = plane(50)}, options);
  fit.run();
  EXPECT_TRUE(std::ranges::equal(graph.value(network.parameters()[0]).as<float>(), before.as<float>()));
  EXPECT_NE(graph.value(network.parameters()[3]).item(), bias.item());
  Graph other;
  options.trainer.optimizer.groups[1].rate = 1;
  options.epochs = 3;
  Fit of_others(other,
                Sequential(other, {2}, {layers::FullyConnected{3}, layers::ReLU{}, layers::FullyConnected{1}},
                           kNetwork),
                {.train = plane(50)}, options);
  EXPECT_TRUE(testing::contains(message_of<CheckpointError>([&] { of_others.resume(options.checkpoint); }),
                                "training.optimizer.groups is "));
}

TEST(Regression, RefusesALossThatIsNoNumberOfTheBatch) {
  TrainerOptions options = kRegression;
  options.loss_function = [](const Tensor& y, const Tensor& t) { return abs(y - t); };
  Graph graph;
  Trainer trainer(graph, Sequential(graph, {2}, kLine, kNetwork), options);
  EXPECT_EQ(message_of<ConfigError>([&] { trainer.train_epoch(plane(10), 1); }),
            "trainer: expected a loss that is one real number, the mean over the batch, got float32 (10,1)");
}

TEST(Regression, RefusesTargetsThatAreNotTheOutputs) {
  Graph graph;
  Trainer trainer(graph, Sequential(graph, {2}, {layers::FullyConnected{3}}, kNetwork), kRegression);
  EXPECT_EQ(message_of<ConfigError>([&] { trainer.train_epoch(plane(10), 1); }),
            "trainer: expected targets (10,3), as the outputs of the network, got (10)");
}

// Two outputs, each with a loss of its own: one tensor, whose parts the loss takes.
TEST(Regression, TakesSeveralOutputsByTheBuilderApi) {
  const Dataset data = testing::numbers({4, 1}, {0, 1, 2, 3}, {4, 2}, {1, 0, 3, 1, 5, 0, 7, 1});
  Graph graph;
  const Tensor w = graph.parameter("w", zeros({1, 2})), b = graph.parameter("b", zeros({2}));
  TrainerOptions options = {.batch_size = 4, .optimizer = {.learning_rate = 0.1}, .threads = 1};
  options.loss_function = [](const Tensor& y, const Tensor& t) {
    const auto column = [](const Tensor& x, std::int64_t j) {
      return slice(x, {{.axis = 1, .start = j, .stop = j + 1}});
    };
    return mean(square(column(y, 0) - column(t, 0))) + 0.1 * mean(abs(column(y, 1) - column(t, 1)));
  };
  Trainer trainer(
      graph,
      Model{.input = {1}, .parameters = {w, b}, .outputs = [=](const Tensor& x) { return matmul(x, w) + b; }},
      options);
  for (std::uint64_t epoch = 1; epoch <= 500; ++epoch) trainer.train_epoch(data, epoch);
  EXPECT_NEAR(graph.value(w).as<float>()[0], 2, 1e-2);
  EXPECT_NEAR(graph.value(b).as<float>()[0], 1, 1e-2);
}

// Integers reach the network as they are: indices of rows of a table that is learned.
TEST(Training, GivesIntegersToTheNetworkAsTheyAre) {
  const Dataset words{.inputs = Array::of<std::int32_t>({4, 2}, {0, 1, 1, 2, 2, 0, 1, 1}),
                      .targets = Array::of<std::int32_t>({4}, {0, 1, 0, 1}),
                      .classes = 2,
                      .source = "words"};
  Graph graph;
  const Tensor table =
      graph.parameter("table", evaluate(graph.constant(Array::of<float>({3, 2}, {1, 0, 0, 1, 1, 1}))));
  const Model bag = {.input = {2}, .parameters = {table}, .outputs = [=](const Tensor& x) {
                       return sum(gather(table, x), {1});
                     }};
  Trainer trainer(graph, bag, {.batch_size = 4, .optimizer = {.learning_rate = 0.5}, .threads = 1});
  for (std::uint64_t epoch = 1; epoch <= 100; ++epoch) trainer.train_epoch(words, epoch);
  EXPECT_EQ(trainer.evaluate(words).accuracy(), 1);
}

// Pictures of three channels, each with a mean and a deviation of its own.
TEST(Training, TakesPicturesInColour) {
  const std::int64_t count = 20;
  std::vector<std::uint8_t> pixels, labels;
  for (std::int64_t i = 0; i < count; ++i) {
    labels.push_back(i % 2 == 0 ? 0 : 1);
    for (std::int64_t channel = 0; channel < 3; ++channel)
      for (std::int64_t p = 0; p < 16; ++p)
        pixels.push_back(
            static_cast<std::uint8_t>((7 * i + 3 * p) % 40 + (channel == 2 * (i % 2) ? 180 : 20)));
  }
  const Dataset data{.inputs = {pixels, {count, 3, 4, 4}}, .targets = {labels, {count}}, .classes = 2};
  Graph graph;
  const Sequential network(graph, {3, 4, 4},
                           {layers::Conv2d{4, 3}, layers::BatchNorm{}, layers::ReLU{}, layers::Flatten{},
                            layers::FullyConnected{2}},
                           kNetwork);
  Trainer trainer(graph, network, {.batch_size = 5, .normalization = measured(data, 3), .threads = 1});
  for (std::uint64_t epoch = 1; epoch <= 20; ++epoch) trainer.train_epoch(data, epoch);
  EXPECT_EQ(trainer.evaluate(data).accuracy(), 1);
}

TEST(Training, RefusesWhatDoesNotFitBeforeTheFirstStep) {
  const auto refused = [](const Dataset& data, const Shape& input, TrainerOptions options = {}) {
    Graph graph;
    const Tensor w = graph.parameter("w", zeros({}));
    Trainer trainer(
        graph, Model{.input = input, .parameters = {w}, .outputs = [=](const Tensor& x) { return x * w; }},
        options);
    return message_of<Error>([&] { trainer.train_epoch(data, 1); });
  };
  const Dataset classes{
      .inputs = zeros({3, 2}), .targets = Array::of<std::int32_t>({3}, {0, 2, 1}), .classes = 2};
  EXPECT_EQ(refused(classes, {2}), "data set: label 2 at index 1; expected a label from 0 to 1");
  const Dataset negative{
      .inputs = zeros({1, 2}), .targets = Array::of<std::int32_t>({1}, {-1}), .classes = 2};
  EXPECT_EQ(refused(negative, {2}), "data set: label -1 at index 0; expected a label from 0 to 1");
  const Dataset colours{.inputs = zeros({1, 4, 4, 3}), .targets = zeros({1}, DType::uint8), .classes = 3};
  EXPECT_EQ(refused(colours, {3, 4, 4}),
            "trainer: expected examples of 48 numbers, the network's input (3,4,4), got (4,4,3)");
  const Dataset words{
      .inputs = Array::of<std::int32_t>({1, 2}, {0, 1}), .targets = zeros({1}, DType::uint8), .classes = 2};
  EXPECT_EQ(refused(words, {2}, {.normalization = {{0.5}, {2}}}),
            "trainer: expected pixels or real numbers to normalize, got int32 inputs");
  Graph graph;
  EXPECT_EQ(message_of<ConfigError>(
                [&] { Trainer(graph, Model{.input = {2}, .parameters = {}, .outputs = {}}, {}); }),
            "trainer: expected a model with parameters, got none");
}

TEST(Fit, RefusesValidationOfAnotherKindThanTraining) {
  Graph graph;
  const Sequential network(graph, {2}, kLine, kNetwork);
  Dataset classes = plane(10);
  classes.targets = zeros({10}, DType::uint8);
  classes.classes = 1;
  EXPECT_EQ(message_of<ConfigError>([&] {
              Fit(graph, network, {.train = plane(10), .validation = classes}, {.trainer = kRegression});
            }),
            "fit: expected real numbers as the targets for validation, as those to train on, got classes");
  EXPECT_EQ(
      message_of<ConfigError>([&] {
        Fit(graph, network, {.train = plane(10), .validation = plane(10)},
            {.early_stopping = {.metric = "validation_accuracy"}, .keep_best = true, .trainer = kRegression});
      }),
      "fit: early_stopping.metric: expected one of \"train_loss\", \"train_mean_absolute_error\", "
      "\"train_r2\", "
      "\"validation_loss\", \"validation_mean_absolute_error\", \"validation_r2\", got "
      "\"validation_accuracy\"");
}

}  // namespace
}  // namespace gradtable
