// The perceptron 784-10-10 with sigmoid, its two errors E = sum_j k[j] (j - T)^2 and E = 1 - k[T], and three
// ways to descend them, against updates worked out by hand.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/models/data/digits.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/models/training/trainer.hpp"

namespace gradtable {
namespace {

using Numbers = std::vector<double>;
using Parameters = std::vector<Numbers>;  // W1, b1, W2, b2

constexpr std::size_t kPixels = 784, kUnits = 10;
constexpr double kRate = 0.5;

double sigma(double a) {
  return 1 / (1 + std::exp(-a));
}

struct Error {
  std::string name;
  std::string loss;                                // in a config
  std::function<double(int j, int T)> derivative;  // dE/dk[j]
};

// y = sigmoid(x W + b)
Numbers layer(const Numbers& x, const Numbers& W, Numbers y) {
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < kUnits; ++j) y[j] += x[i] * W[i * kUnits + j];
  for (double& number : y) number = sigma(number);
  return y;
}

// gradient += factor * (x^T d, d)
void add_outer(double factor, const Numbers& x, const Numbers& d, Numbers& W, Numbers& b) {
  for (std::size_t j = 0; j < kUnits; ++j) {
    b[j] += factor * d[j];
    for (std::size_t i = 0; i < x.size(); ++i) W[i * kUnits + j] += factor * x[i] * d[j];
  }
}

// result += factor * dE/dTheta for one image x of the digit T.
void add_gradient(const Error& error, double factor, const Parameters& theta, const Numbers& x, int T,
                  Parameters& result) {
  const Numbers h = layer(x, theta[0], theta[1]), k = layer(h, theta[2], theta[3]);
  Numbers of_k(kUnits), of_h(kUnits, 0);
  for (std::size_t j = 0; j < kUnits; ++j) {
    of_k[j] = error.derivative(static_cast<int>(j), T) * k[j] * (1 - k[j]);
    for (std::size_t i = 0; i < kUnits; ++i) of_h[i] += theta[2][i * kUnits + j] * of_k[j];
  }
  for (std::size_t i = 0; i < kUnits; ++i) of_h[i] *= h[i] * (1 - h[i]);
  add_outer(factor, x, of_h, result[0], result[1]);
  add_outer(factor, h, of_k, result[2], result[3]);
}

class DigitPerceptron : public ::testing::TestWithParam<Error> {
 protected:
  static constexpr std::size_t kImages = 12;

  DigitPerceptron() {
    for (const Tensor& parameter : network.parameters()) {
      const auto values = graph.value(parameter).as<double>();
      theta.emplace_back(values.begin(), values.end());
    }
  }

  Numbers image(std::size_t n) const {
    Numbers x;
    for (std::size_t i = 0; i < kPixels; ++i)
      x.push_back(digits.inputs.as<std::uint8_t>()[n * kPixels + i] / 255.0);
    return x;
  }

  // Takes theta from batch to batch by hand, with the mean gradient of each.
  void descend_by_hand(std::size_t batch_size) {
    for (std::size_t first = 0; first < kImages; first += batch_size) {
      Parameters next = theta;
      for (std::size_t n = first; n < first + batch_size; ++n)
        add_gradient(GetParam(), -kRate / static_cast<double>(batch_size), theta, image(n),
                     static_cast<int>(digits.label(static_cast<std::int64_t>(n))), next);
      theta = next;
    }
  }

  // An epoch by the trainer, beside one by hand with updates of so many images.
  void expect_epochs_as_by_hand(std::int64_t batch_size, std::int64_t accumulation, std::size_t images) {
    Trainer trainer(graph, network,
                    {.batch_size = batch_size,
                     .loss = GetParam().loss,
                     .optimizer = {.learning_rate = kRate},
                     .gradient_accumulation = accumulation,
                     .shuffle = false});
    for (const std::uint64_t epoch : {1U, 2U}) {
      trainer.train_epoch(digits, epoch);
      descend_by_hand(images);
      expect_theta();
    }
  }

  void expect_theta() {
    for (std::size_t p = 0; p < theta.size(); ++p) {
      const auto values = graph.value(network.parameters()[p]).as<double>();
      double largest = 0;
      for (std::size_t i = 0; i < values.size(); ++i)
        largest = std::max(largest, std::abs(values[i] - theta[p][i]));
      EXPECT_LT(largest, 1e-13) << network.parameters()[p].label();
    }
  }

  const Dataset digits = draw_digits(kImages, 1);
  Graph graph;
  const Sequential network{graph,
                           {kPixels},
                           fcnn({kUnits, kUnits}, {.activation = "sigmoid", .output = "sigmoid"}),
                           {.initializer = "xavier_uniform", .dtype = DType::float64}};
  Parameters theta;
};

TEST_P(DigitPerceptron, StepsAfterEverySample) {
  EXPECT_EQ(network.parameter_count(), 7960);
  expect_epochs_as_by_hand(1, 1, 1);
}

TEST_P(DigitPerceptron, StepsAfterEveryMiniBatch) {
  expect_epochs_as_by_hand(4, 1, 4);
}

// Batch gradient descent: the gradients of all mini-batches add up to one update, the last one's, of two
// images, too.
TEST_P(DigitPerceptron, StepsOnceAnEpoch) {
  expect_epochs_as_by_hand(5, 0, kImages);
}

TEST_P(DigitPerceptron, StepsAfterSeveralMiniBatches) {
  expect_epochs_as_by_hand(2, 3, 6);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, DigitPerceptron,
    ::testing::Values(Error{"ExpectedSquaredDistance", "expected_squared_distance",
                            [](int j, int T) { return static_cast<double>((j - T) * (j - T)); }},
                      Error{"MisclassificationProbability", "misclassification_probability",
                            [](int j, int T) { return j == T ? -1.0 : 0.0; }}),
    [](const auto& error) { return error.param.name; });

}  // namespace
}  // namespace gradtable
