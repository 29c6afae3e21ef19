#include "gradtable/models/optimizers/gradients.hpp"

#include <cmath>

#include "tests/models/optimizers/steps.hpp"

#include "gradtable/models/optimizers/sgd.hpp"

namespace gradtable {
namespace {

using testing::kInfinity;
using testing::kNaN;

class Gradients : public testing::Steps {
 protected:
  Tensor number(const Array& value) { return graph.constant(value); }
  static Array pair(double a, double b) { return Array::of<double>({2}, {a, b}); }

  // The gradients of a table of theta and w with these gradients, changed by `change`.
  template <class Change>
  std::vector<double> changed(double a, double b, double c, const Change& change) {
    std::vector<double> numbers;
    for (const auto& entry : change(GradTable({{theta, number(pair(a, b))}, {w, number(full({1, 1}, c))}}))) {
      EXPECT_EQ(entry.gradient.type(), entry.target.type());
      const Array value = cast(evaluate(entry.gradient), DType::float64);
      for (const double x : value.as<double>()) numbers.push_back(x);
    }
    return numbers;
  }

  const Tensor w = graph.parameter("w", full({1, 1}, -4));  // float32
};

TEST_F(Gradients, OfALargerNormThanTheLimitAreScaledToIt) {
  const auto by = [](double limit) { return [=](const GradTable& t) { return clip_norm(t, limit); }; };
  const std::vector<double> clipped = changed(2, -3, 6, by(3.5));  // the norm is 7
  EXPECT_NEAR(clipped[0], 1, 1e-7);
  EXPECT_NEAR(clipped[1], -1.5, 1e-7);
  EXPECT_NEAR(clipped[2], 3, 1e-6);
  EXPECT_EQ(changed(2, -3, 6, by(7)), (std::vector<double>{2, -3, 6}));
  EXPECT_EQ(changed(2, -3, 6, by(100)), (std::vector<double>{2, -3, 6}));
  EXPECT_EQ(changed(0, 0, 0, by(1)), (std::vector<double>{0, 0, 0}));
  EXPECT_TRUE(std::isnan(changed(kNaN, 0, 1, by(1))[2]));
}

TEST_F(Gradients, AreClippedByValue) {
  const auto by = [](const GradTable& t) { return clip_value(t, 0.5); };
  EXPECT_EQ(changed(0.25, -3, 6, by), (std::vector<double>{0.25, -0.5, 0.5}));
  EXPECT_EQ(changed(0.5, -0.5, -kInfinity, by), (std::vector<double>{0.5, -0.5, -0.5}));
  EXPECT_TRUE(std::isnan(changed(kNaN, 0, 1, by)[0]));
}

TEST_F(Gradients, TakeInTheDecayOfWeights) {
  const auto all = [](const GradTable& t) { return weight_decay(t, 0.5); };
  EXPECT_EQ(changed(10, 20, 30, all), (std::vector<double>{10.5, 19, 28}));
  const auto weights = [](const GradTable& t) { return weight_decay(t, 0.5, Penalized::weights); };
  EXPECT_EQ(changed(10, 20, 30, weights), (std::vector<double>{10, 20, 28}));
}

TEST_F(Gradients, TakeInTheSignsOfWeights) {
  graph.set_value(theta, pair(0, 3));
  const auto all = [](const GradTable& t) { return l1_decay(t, 0.5); };
  EXPECT_EQ(changed(10, 20, 30, all), (std::vector<double>{10, 20.5, 29.5}));
  const auto weights = [](const GradTable& t) { return l1_decay(t, 0.5, Penalized::weights); };
  EXPECT_EQ(changed(10, 20, 30, weights), (std::vector<double>{10, 20, 29.5}));
}

TEST_F(Gradients, StayTheSameNodesWithoutAPenalty) {
  EXPECT_EQ(weight_decay(table, 0)[theta], g);
  EXPECT_EQ(l1_decay(table, 0)[theta], g);
}

TEST_F(Gradients, OfNothingAreNothing) {
  EXPECT_EQ(clip_norm(GradTable({}), 1).size(), 0U);
  EXPECT_EQ(weight_decay(GradTable({}), 1).size(), 0U);
}

// 0.1 (0.5 + 0.2 theta), and so on.
TEST_F(Gradients, GoIntoAnOptimizer) {
  expect_steps(sgd(weight_decay(table, 0.2), 0.1), {{0.93, -1.86}, {0.8864, -2.1228}, {0.968672, -2.080344}});
  expect_steps(sgd(clip_value(table, 0.5), 0.1), {{0.95, -1.95}, {0.925, -2}, {0.975, -2}});
  const double a = 0.1 / std::sqrt(1.25), b = 0.1 / std::sqrt(0.0625 + 9);
  expect_steps(sgd(clip_norm(table, 1), 0.1), {{1 - 0.5 * a, -2 + a},
                                               {1 - 0.5 * a - 0.25 * b, -2 + a - 3 * b},
                                               {1 - 0.5 * a - 0.25 * b + 0.1, -2 + a - 3 * b}});
}

TEST_F(Gradients, RefuseNumbersOutOfRange) {
  expect_refused(not_positive(), "clip_norm: expected a finite limit above 0, got ",
                 [&](double value) { clip_norm(table, value); });
  expect_refused(not_positive(), "clip_value: expected a finite limit above 0, got ",
                 [&](double value) { clip_value(table, value); });
  expect_refused(negative(), "weight_decay: expected a finite decay of at least 0, got ",
                 [&](double value) { weight_decay(table, value); });
  expect_refused(negative(), "l1_decay: expected a finite factor of at least 0, got ",
                 [&](double value) { l1_decay(table, value); });
}

}  // namespace
}  // namespace gradtable
