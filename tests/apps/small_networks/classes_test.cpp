#include "apps/small_networks/classes.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace small_networks {
namespace {

using namespace gradtable;

constexpr std::int64_t kCount = 60;
constexpr int kSteps = 3000;

// At the most likely weights the errors p - t of each class are orthogonal to every input. The first weights
// belong to `first_class`, the next to the class after it; one more class has the score 0.
template <class T>
void expect_no_moment(const Examples& points, const std::vector<Weights>& weights, T first_class) {
  std::vector<Weights> moments(weights.size());
  for (std::size_t n = 0; n < kCount; ++n) {
    const auto x = points.x.as<double>().subspan(2 * n, 2);
    std::vector<double> odds;
    double total = 1;
    for (const Weights& w : weights) total += odds.emplace_back(std::exp(w[0] * x[0] + w[1] * x[1] + w[2]));
    for (std::size_t j = 0; j < odds.size(); ++j) {
      const bool is_label = points.t.as<T>()[n] == first_class + static_cast<T>(j);
      const double error = odds[j] / total - (is_label ? 1 : 0);
      moments[j][0] += error * x[0];
      moments[j][1] += error * x[1];
      moments[j][2] += error;
    }
  }
  for (const Weights& moment : moments)
    for (const double m : moment) EXPECT_NEAR(m, 0, 1e-8);
}

// The last moment is that of a maximum of the likelihood, and the way there leads upwards.
void expect_maximum(const LearnedClassifier& learned) {
  ASSERT_EQ(learned.moments.size(), 6U);
  for (std::size_t i = 1; i < learned.moments.size(); ++i)  // but for the last bits, once it is there
    EXPECT_LE(learned.moments[i].loss, learned.moments[i - 1].loss + 1e-14);
  EXPECT_GT(learned.moments.front().gradient_norm, 0.1);
  EXPECT_LT(learned.moments.back().gradient_norm, 1e-10);
  for (std::size_t j = 0; j < learned.label_shares.size(); ++j)
    EXPECT_NEAR(learned.mean_probabilities[j], learned.label_shares[j], 1e-10);
}

TEST(LogisticRegression, FindsTheMostLikelyParameters) {
  const Examples points = points_of_two_classes(kCount, 1);
  const LearnedClassifier learned = learn_bernoulli(points, kSteps);
  ASSERT_EQ(learned.weights.size(), 1U);
  expect_no_moment(points, learned.weights, 1.0);
  expect_maximum(learned);
  EXPECT_EQ(learned.label_shares.size(), 1U);
  EXPECT_GE(learned.moments.back().accuracy, 0.75);
}

TEST(SoftmaxRegression, FindsTheMostLikelyParameters) {
  const Examples points = points_of_three_classes(kCount, 1);
  const LearnedClassifier learned = learn_multinoulli(points, kSteps);
  ASSERT_EQ(learned.weights.size(), 2U);
  expect_no_moment<std::int32_t>(points, learned.weights, 0);
  expect_maximum(learned);
  EXPECT_EQ(learned.label_shares.size(), 3U);
  EXPECT_GE(learned.moments.back().accuracy, 0.7);
}

TEST(LogisticRegression, RecordsItsFirstStepAndEachPowerOfTen) {
  std::vector<int> steps;
  for (const Moment& moment : learn_bernoulli(points_of_two_classes(kCount, 1), 250).moments)
    steps.push_back(moment.step);
  EXPECT_EQ(steps, (std::vector{0, 1, 10, 100, 250}));
}

TEST(LogisticRegression, LossIsTheNegativeLogarithmOfTheLikelihood) {
  const Examples points = points_of_two_classes(kCount, 1);
  const LearnedClassifier learned = learn_bernoulli(points, kSteps);
  const auto& [a, b, c] = learned.weights[0];
  double likelihood = 1;
  int right = 0;
  for (std::size_t n = 0; n < kCount; ++n) {
    const auto x = points.x.as<double>().subspan(2 * n, 2);
    const double p = 1 / (1 + std::exp(-(a * x[0] + b * x[1] + c)));
    const double of_label = points.t.as<double>()[n] == 1 ? p : 1 - p;
    likelihood *= of_label;
    right += of_label > 0.5 ? 1 : 0;
  }
  EXPECT_NEAR(learned.moments.back().loss, -std::log(likelihood) / kCount, 1e-12);
  EXPECT_NEAR(learned.moments.back().accuracy, right / static_cast<double>(kCount), 1e-15);
}

}  // namespace
}  // namespace small_networks
