#include "gradtable/models/training/losses.hpp"

#include <cmath>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/networks/activations.hpp"

namespace gradtable {
namespace {

constexpr double kX[2][3] = {{0.2, 0.5, 0.3}, {0.6, 0.1, 0.3}};
constexpr std::size_t kLabels[2] = {1, 2};

double mean_of(const char* name) {
  Graph g;
  const Tensor x = g.constant(Array::of<double>({2, 3}, {0.2, 0.5, 0.3, 0.6, 0.1, 0.3}));
  const Tensor labels = g.constant(Array::of<std::int32_t>({2}, {1, 2}));
  return evaluate(find_loss(name).mean(x, labels, 0, Location::current())).item();
}

// The mean of what a formula gives for row i and its label.
template <class Formula>
double by_hand(const Formula& formula) {
  return (formula(kX[0], kLabels[0]) + formula(kX[1], kLabels[1])) / 2;
}

TEST(NamedLosses, AreMeansOfTheirFormulas) {
  using Row = const double(&)[3];
  const auto softmax = [](Row x, std::size_t j) {
    return std::exp(x[j]) / (std::exp(x[0]) + std::exp(x[1]) + std::exp(x[2]));
  };
  const auto sum = [](const auto& term) { return term(0) + term(1) + term(2); };
  const double eps = 2.220446049250313e-16;
  EXPECT_NEAR(mean_of("softmax_cross_entropy"),
              by_hand([&](Row x, std::size_t T) { return -std::log(softmax(x, T)); }), 1e-14);
  EXPECT_NEAR(mean_of("cross_entropy"), by_hand([&](Row x, std::size_t T) { return -std::log(x[T] + eps); }),
              1e-14);
  EXPECT_NEAR(mean_of("squared_error"), by_hand([&](Row x, std::size_t T) {
                return sum([&](std::size_t j) { return std::pow(x[j] - (j == T ? 1 : 0), 2) / 2; });
              }),
              1e-14);
  EXPECT_NEAR(mean_of("misclassification_probability"),
              by_hand([](Row x, std::size_t T) { return 1 - x[T]; }), 1e-14);
  EXPECT_NEAR(mean_of("expected_squared_distance"), by_hand([&](Row x, std::size_t T) {
                return sum([&](std::size_t j) {
                  return x[j] * std::pow(static_cast<double>(j) - static_cast<double>(T), 2);
                });
              }),
              1e-14);
  EXPECT_NEAR(mean_of("multiclass_hinge"), by_hand([&](Row x, std::size_t T) {
                return sum([&](std::size_t j) { return j == T ? 0 : std::max(0.0, 1 + x[j] - x[T]); });
              }),
              1e-14);
  EXPECT_NEAR(mean_of("binary_cross_entropy"), by_hand([&](Row x, std::size_t T) {
                return sum([&](std::size_t j) {
                  const double q = 1 / (1 + std::exp(-x[j]));
                  return -std::log(j == T ? q : 1 - q);
                });
              }),
              1e-14);
}

TEST(NamedLosses, NameOutputActivationsThatThereAre) {
  for (const NamedLoss& loss : named_losses())
    for (const std::string_view output : loss.outputs) EXPECT_NO_THROW(find_output_activation(output));
}

TEST(NamedLosses, GiveProbabilitiesOfScores) {
  for (const NamedLoss& loss : named_losses()) {
    Graph g;
    const Tensor x = g.constant(Array::of<double>({1, 2}, {0.25, 0.75}));
    const Array p = evaluate(loss.probabilities(x, Location::current()));
    const bool of_scores = !loss.outputs.empty() && loss.outputs.front() == "linear";
    EXPECT_EQ(p.as<double>()[0] == 0.25, !of_scores) << loss.name;
  }
}

TEST(NamedLosses, SayWhetherTheyGiveProbabilities) {
  for (const NamedLoss& loss : named_losses()) {
    const bool of_any_output = loss.outputs.empty();  // which may be below 0 and above 1
    EXPECT_EQ(loss.gives_probabilities, !of_any_output) << loss.name;
  }
}

TEST(NamedLosses, RefuseAnUnknownNameWithTheKnownOnes) {
  EXPECT_EQ(testing::message_of<ConfigError>([] { find_loss("mse"); }),
            "loss: expected one of softmax_cross_entropy, cross_entropy, squared_error, "
            "misclassification_probability, expected_squared_distance, multiclass_hinge, "
            "binary_cross_entropy, mean_squared_error, mean_absolute_error, got 'mse'");
}

TEST(NamedLosses, OfRealNumbersAreMeansOverAllNumbers) {
  Graph g;
  const Tensor y = g.constant(Array::of<double>({2, 2}, {1, 2, 3, 4}));
  const Tensor t = g.constant(Array::of<double>({2, 2}, {0, 2, 5, 3}));
  const auto mean = [&](std::string_view name) {
    return evaluate(find_loss(name).mean(y, t, 0, Location::current())).item();
  };
  EXPECT_EQ(mean("mean_squared_error"), (1 + 0 + 4 + 1) / 4.0);
  EXPECT_EQ(mean("mean_absolute_error"), (1 + 0 + 2 + 1) / 4.0);
}

TEST(NamedLosses, AreNamedByTheTargetsThatTheyTake) {
  EXPECT_EQ(loss_names(Targets::numbers),
            (std::vector<std::string>{"mean_squared_error", "mean_absolute_error"}));
  EXPECT_EQ(loss_names(Targets::classes).size() + 2, loss_names().size());
}

}  // namespace
}  // namespace gradtable
