#include "gradtable/models/networks/network.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/regression.hpp"

namespace gradtable {
namespace {

using namespace layers;
using testing::contains;
using testing::message_of;
using testing::numbers_of;

Tensor squared_error(const Tensor& prediction, const Tensor& targets) {
  return mean_squared_error(prediction, targets);
}

// The same batch again and again.
struct Fixed {
  Array inputs, labels;
  Network::Batch operator()() const { return {inputs, labels}; }
};

const Fixed kXor = {Array::of<double>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}),
                    Array::of<double>({4, 1}, {0, 1, 1, 0})};

// Six points of three classes.
const Fixed kClasses = {Array::of<double>({6, 2}, {0.5, 1, -1, 0.25, 2, -1, 0, 0.75, -0.5, -2, 1, 1.5}),
                        Array::of<std::int32_t>({6}, {0, 1, 2, 0, 1, 2})};

const NetworkOptions kDouble = {.dtype = DType::float64};

TEST(Network, LearnsXor) {
  Graph graph;
  Network network(graph, kXor, squared_error, {.learning_rate = 0.5},
                  {.initializer = "xavier_normal", .dtype = DType::float64, .seed = 2});
  network.append_layer(FullyConnected{2}).append_layer(TanH{}).append_layer(FullyConnected{1});
  network.train(1000);
  EXPECT_EQ(network.parameter_count(), 2 * 2 + 2 + 2 + 1);
  const Array y = network.test(kXor.inputs);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(y.as<double>()[i], kXor.labels.as<double>()[i], 1e-6);
}

TEST(Network, RecordsTheLossOfEachStepBeforeIt) {
  Graph graph;
  Network network(graph, kXor, squared_error, {}, kDouble);
  network.append_layer(FullyConnected{4}).append_layer(ReLU{}).append_layer(FullyConnected{1});
  const double first = network.forward();
  EXPECT_TRUE(network.loss().empty());
  network.train(20);
  ASSERT_EQ(network.loss().size(), 20U);
  EXPECT_EQ(network.loss().front(), first);
  EXPECT_EQ(network.forward(), network.forward());
  EXPECT_LT(network.forward(), network.loss().back());
  EXPECT_LT(network.loss().back(), first);
}

TEST(Network, SaysThatItDivergedAndWhatToTry) {
  Graph graph;
  Network network(graph, kXor, squared_error, {.learning_rate = 1e200}, kDouble);
  network.append_layer(FullyConnected{4}).append_layer(TanH{}).append_layer(FullyConnected{1});
  const std::string message = message_of<NumericError>([&] { network.train(3); });
  EXPECT_EQ(message.find("network: step 2: the training diverged: loss inf"), 0U) << message;
  EXPECT_EQ(message.find('('), std::string::npos) << "no formula: " << message;
  EXPECT_TRUE(contains(message, "learning rate 1e+200: try a smaller one, or clip_norm")) << message;
}

TEST(Network, StepsAsItTrains) {
  const auto build = [](Network& network) {
    network.append_layer(FullyConnected{5}).append_layer(BatchNorm{}).append_layer(ReLU{});
    network.append_layer(Dropout{0.25}).append_layer(FullyConnected{3});
  };
  Graph one, other;
  Network trained(one, kClasses, SoftMaxCrossEntropyLoss{}, {}, kDouble);
  Network stepped(other, kClasses, SoftMaxCrossEntropyLoss{}, {}, kDouble);
  build(trained);
  build(stepped);
  trained.train(5);
  for (int i = 0; i < 5; ++i) {
    const double loss = stepped.forward();
    stepped.backward();
    // The masks of forward() are those of backward().
    EXPECT_EQ(stepped.loss().back(), loss);
  }
  EXPECT_EQ(trained.loss(), stepped.loss());
  for (std::size_t i = 0; i < trained.parameters().size(); ++i)
    EXPECT_EQ(numbers_of(one.value(trained.parameters()[i])),
              numbers_of(other.value(stepped.parameters()[i])));
}

// The course's loss is the sum over the batch of six, the fused one the mean; eps is in the course's loss,
// not in its gradient.
TEST(Network, LearnsTheSameFromProbabilitiesAndFromScores) {
  Graph one, other;
  Network course(one, kClasses, CrossEntropyLoss{}, {.learning_rate = 0.05}, kDouble);
  Network fused(other, kClasses, SoftMaxCrossEntropyLoss{}, {.learning_rate = 0.3}, kDouble);
  for (Network* network : {&course, &fused})
    network->append_layer(FullyConnected{8}).append_layer(ReLU{}).append_layer(FullyConnected{3});
  course.append_layer(SoftMax{});
  course.train(50);
  fused.train(50);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_NEAR(course.loss()[i], 6 * fused.loss()[i], 1e-10);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto expected = numbers_of(other.value(fused.parameters()[i]));
    const auto found = numbers_of(one.value(course.parameters()[i]));
    for (std::size_t j = 0; j < expected.size(); ++j) EXPECT_NEAR(found[j], expected[j], 1e-12);
  }
  EXPECT_LT(fused.loss().back(), fused.loss().front() / 2);
}

TEST(Network, TakesBatchesOfSeveralSizes) {
  Graph graph;
  int calls = 0;
  const Array xs[] = {kXor.inputs, Array::of<double>({1, 2}, {1, 0})};
  const Array ts[] = {kXor.labels, Array::of<double>({1, 1}, {1})};
  Network network(
      graph,
      [&] {
        const std::size_t i = static_cast<std::size_t>(calls++) % 2;
        return Network::Batch{xs[i], ts[i]};
      },
      squared_error, {}, kDouble);
  network.append_layer(FullyConnected{2}).append_layer(Sigmoid{}).append_layer(FullyConnected{1});
  network.train(2);
  const std::size_t nodes = graph.size();
  network.train(2);
  EXPECT_EQ(graph.size(), nodes);
  EXPECT_EQ(calls, 4);
  EXPECT_EQ(network.parameters().size(), 4U);
}

TEST(Network, DropsAndNormalizesByTheBatchInTrainingOnly) {
  Graph graph;
  Network network(graph, kClasses, SoftMaxCrossEntropyLoss{}, {}, kDouble);
  network.append_layer(BatchNorm{{.momentum = 0.5}}).append_layer(Dropout{0.5});
  network.append_layer(FullyConnected{3}).append_layer(SoftMax{});
  const auto before = numbers_of(network.test(kClasses.inputs));
  EXPECT_EQ(before, numbers_of(network.test(kClasses.inputs)));
  EXPECT_EQ(numbers_of(graph.value(graph.find("running_variance1"))), (std::vector<double>{1, 1}));
  network.train(1);
  // Half of 0 and half of the means of the columns, 2 / 6 and 0.5 / 6.
  const auto mean = numbers_of(graph.value(graph.find("running_mean1")));
  EXPECT_NEAR(mean[0], 1.0 / 6, 1e-15);
  EXPECT_NEAR(mean[1], 0.5 / 12, 1e-15);
  EXPECT_EQ(network.parameters().size(), 4U);
}

TEST(Network, DropsOthersInEveryStep) {
  Graph graph;
  Network network(graph, kClasses, SoftMaxCrossEntropyLoss{}, {.learning_rate = 1e-12}, kDouble);
  network.append_layer(Dropout{0.5}).append_layer(FullyConnected{3});
  network.train(3);
  EXPECT_GT(std::abs(network.loss()[1] - network.loss()[0]), 1e-3);
  EXPECT_GT(std::abs(network.loss()[2] - network.loss()[1]), 1e-3);
}

TEST(Network, TakesAnyOptimizer) {
  Graph graph;
  Network network(graph, kClasses, SoftMaxCrossEntropyLoss{}, {.type = "adam", .learning_rate = 0.05},
                  kDouble);
  network.append_layer(FullyConnected{8}).append_layer(TanH{}).append_layer(FullyConnected{3});
  network.train(200);
  EXPECT_LT(network.loss().back(), 1e-2);
}

TEST(Network, NamesTheLineThatAppendedALayerThatDoesNotFit) {
  Graph graph;
  Network network(graph, kXor, squared_error, {}, kDouble);
  network.append_layer(FullyConnected{2});
  network.append_layer(Conv2d{3, 5});
  const std::string line = "network_test.cpp:" + std::to_string(__LINE__ - 1);
  network.append_layer(FullyConnected{1});
  EXPECT_TRUE(contains(message_of<ShapeError>([&] { network.forward(); }), line));
}

TEST(Network, TakesAnyFunctionAsALayerAndAsALoss) {
  Graph graph;
  Network network(
      graph, kXor, [](const Tensor& y, const Tensor& t) { return half_squared_error(y, t); }, {}, kDouble);
  network.append_layer([](LayerBuilder& build, const Tensor& x) {
    return mul(x, build.parameter("gain", [] { return full({2}, 3, DType::float64); }));
  });
  network.append_layer([](LayerBuilder&, const Tensor& x) { return sum(x, {1}, true); });
  // Sums 0, 3, 3, 6; targets 0, 1, 1, 0: 1/2 (0 + 4 + 4 + 36).
  EXPECT_EQ(network.forward(), 22);
  network.train(1);
  // dE/dgain_1 = sum of x_1 (y - t) = 2 + 6.
  EXPECT_NEAR(graph.value(graph.find("gain1")).as<double>()[0], 3 - 0.1 * 8, 1e-15);
}

TEST(Network, RefusesStepsOutOfOrder) {
  Graph graph;
  Network network(graph, kXor, squared_error, {}, kDouble);
  network.append_layer(FullyConnected{1});
  EXPECT_EQ(message_of<GraphError>([&] { network.backward(); }),
            "network: expected forward() before backward()");
  network.forward();
  EXPECT_THROW(network.append_layer(ReLU{}), GraphError);
}

TEST(Network, RefusesOptionsThatMakeNoNetwork) {
  Graph graph;
  const auto with = [&](const OptimizerOptions& optimizer, const NetworkOptions& options) {
    Network(graph, kXor, squared_error, optimizer, options);
  };
  EXPECT_THROW(with({.learning_rate = 0}, {}), ConfigError);
  EXPECT_THROW(with({}, {.initializer = "ones"}), ConfigError);
  EXPECT_THROW(with({}, {.dtype = DType::int32}), ConfigError);
}

TEST(Network, ThrowsForALossThatIsNotFiniteAndKeepsItsParameters) {
  Graph graph;
  Array broken = kXor.inputs;
  broken.as<double>()[0] = std::numeric_limits<double>::quiet_NaN();
  bool whole = true;
  Network network(
      graph,
      [&] {
        return Network::Batch{whole ? kXor.inputs : broken, kXor.labels};
      },
      squared_error, {}, kDouble);
  network.append_layer(FullyConnected{1});
  network.train(1);
  const auto before = numbers_of(graph.value(network.parameters()[0]));
  whole = false;
  EXPECT_THROW(network.train(1), NumericError);
  EXPECT_EQ(numbers_of(graph.value(network.parameters()[0])), before);
  EXPECT_EQ(network.loss().size(), 1U);
}

// Steps of 1 and of 1/2 against a gradient of 1.
TEST(Network, TakesItsRatesFromASchedule) {
  Graph graph;
  const Array x = full({1, 1}, 1, DType::float64), t = zeros({1, 1}, DType::float64);
  Network network(
      graph,
      [&] {
        return Network::Batch{x, t};
      },
      [](const Tensor& y, const Tensor&) { return sum(y); }, {.learning_rate = 9},
      {.initializer = "zeros", .dtype = DType::float64});
  network.append_layer(layers::FullyConnected{1}).set_schedule(step_schedule(1, 2, 0.5));
  network.train(3);
  EXPECT_EQ(graph.value(network.parameters()[0]).item(), -2.5);
  EXPECT_THROW(network.set_schedule(constant_schedule(1)), GraphError);
}

}  // namespace
}  // namespace gradtable
