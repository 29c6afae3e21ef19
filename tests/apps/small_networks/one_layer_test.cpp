#include "apps/small_networks/one_layer.hpp"

#include <gtest/gtest.h>

namespace small_networks {
namespace {

using namespace gradtable;

TEST(SingleLayer, StepsAsTheFormulaSays) {
  for (const Unit unit : {Unit::linear, Unit::sigmoid}) {
    const Step step = one_step(unit);
    const auto before = step.before.as<double>(), after = step.after.as<double>();
    ASSERT_EQ(after.size(), 8U);
    for (std::size_t i = 0; i < after.size(); ++i) {
      EXPECT_NEAR(after[i], step.formula.as<double>()[i], 1e-15) << i;
      EXPECT_NE(after[i], before[i]) << i;
    }
  }
}

// The most likely mean of a Gaussian is what least squares gives, its variance the mean of squared residuals.
TEST(LinearRegression, FindsTheSolutionOfTheNormalEquations) {
  const Examples points = points_near_a_plane(60, 1);
  const Gaussian learned = learn_gaussian(points), exact = normal_equations(points);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(learned.weights[i], exact.weights[i], 1e-10);
  EXPECT_NEAR(learned.variance, exact.variance, 1e-10);
}

TEST(LinearRegression, LeavesResidualsOrthogonalToTheInputs) {
  const Examples points = points_near_a_plane(60, 1);
  const Gaussian exact = normal_equations(points);
  const auto x = points.x.as<double>(), t = points.t.as<double>();
  Weights moments{};
  double squares = 0;
  for (std::size_t n = 0; n < t.size(); ++n) {
    const auto& [a, b, c] = exact.weights;
    const double residual = t[n] - (a * x[2 * n] + b * x[2 * n + 1] + c);
    moments[0] += residual * x[2 * n];
    moments[1] += residual * x[2 * n + 1];
    moments[2] += residual;
    squares += residual * residual;
  }
  for (const double moment : moments) EXPECT_NEAR(moment, 0, 1e-12);
  EXPECT_NEAR(exact.variance, squares / 60, 1e-14);
}

// Errors of the estimates are of the order of sqrt(0.09 / 5000), 0.004.
TEST(LinearRegression, ComesNearToWhatMadeTheData) {
  const Gaussian exact = normal_equations(points_near_a_plane(5000, 3));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(exact.weights[i], kLineWeights[i], 0.02);
  EXPECT_NEAR(exact.variance, kLineVariance, 0.01);
}

}  // namespace
}  // namespace small_networks
