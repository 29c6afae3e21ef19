// small_networks: the output units of the book and two convolutional networks, on data made from seeds, with
// their results printed beside known ones.
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "apps/showcase/start.hpp"
#include "apps/small_networks/classes.hpp"
#include "apps/small_networks/convolutional.hpp"
#include "apps/small_networks/data.hpp"
#include "apps/small_networks/one_layer.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

using namespace gradtable;
using namespace small_networks;

constexpr std::uint64_t kSeed = 1;
constexpr std::uint64_t kFreshSeed = 2;
constexpr const char* kWeightNames[] = {"weight of x1", "weight of x2", "bias"};

void print_linear_regression() {
  constexpr std::int64_t kCount = 200;
  const Examples points = points_near_a_plane(kCount, kSeed);
  const Gaussian learned = learn_gaussian(points), exact = normal_equations(points);
  const auto print_row = [](const char* name, double found, double known, double made_with) {
    fmt::print("   {:<16}{:>14.10f}{:>16.10f}{:>12}\n", name, found, known, made_with);
  };
  fmt::print("1. Linear regression: a Gaussian output, its mean and variance learned\n");
  fmt::print("   (6.2.2.1, 6.2.2.4)\n\n");
  fmt::print("   {:<16}{:>14}{:>16}{:>12}\n", fmt::format("{} points", kCount), "learned", "closed form",
             "made with");
  for (std::size_t i = 0; i < 3; ++i)
    print_row(kWeightNames[i], learned.weights[i], exact.weights[i], kLineWeights[i]);
  print_row("variance", learned.variance, exact.variance, kLineVariance);
  fmt::print("\n   Closed form: the normal equations, and the mean squared residual.\n");
}

void print_single_layer() {
  fmt::print("\n2. A single layer, E = 1/2 sum (y - t)^2: one step beside w - e x (y - t) y'\n");
  fmt::print("   Rate e = {}, x = ({}), and 1 for the biases, t = ({})\n", kStepRate,
             fmt::join(kStepInput, ", "), fmt::join(kStepTarget, ", "));
  for (const Unit unit : {Unit::linear, Unit::sigmoid}) {
    const Step step = one_step(unit);
    const auto before = step.before.as<double>(), after = step.after.as<double>();
    const auto formula = step.formula.as<double>();
    fmt::print("\n   {:<16}{:>14}{:>16}{:>16}\n", unit == Unit::linear ? "linear" : "sigmoid", "before",
               "after the step", "formula");
    for (std::size_t i = 0; i < before.size(); ++i) {
      const std::string y = fmt::format("y{}", i % 2 + 1);
      const std::string name =
          i < 6 ? fmt::format("weight x{} to {}", i / 2 + 1, y) : fmt::format("bias of {}", y);
      fmt::print("   {:<16}{:>14.10f}{:>16.10f}{:>16.10f}\n", name, before[i], after[i], formula[i]);
    }
  }
}

void print_weights(std::span<const Weights> learned, std::span<const Weights> made_with,
                   std::span<const std::string> names) {
  fmt::print("   {:<16}", "");
  for (std::size_t j = 0; j < learned.size(); ++j) fmt::print("{:>14}{:>12}", names[j], "made with");
  for (std::size_t i = 0; i < 3; ++i) {
    fmt::print("\n   {:<16}", kWeightNames[i]);
    for (std::size_t j = 0; j < learned.size(); ++j)
      fmt::print("{:>14.4f}{:>12}", learned[j][i], made_with[j][i]);
  }
  fmt::print("\n");
}

// `names`: of the classes that have a probability.
void print_classifier(const LearnedClassifier& learned, std::span<const Weights> made_with,
                      const std::vector<std::string>& names) {
  print_weights(learned.weights, made_with, names);
  fmt::print("\n   {:<16}{:>14}{:>12}{:>12}{:>17}\n", "step", "loss", "likelihood", "accuracy",
             "gradient norm");
  for (const Moment& m : learned.moments)
    fmt::print("   {:<16}{:>14.6f}{:>12.6f}{:>10.1f} %{:>17.1e}\n", m.step, m.loss, std::exp(-m.loss),
               100 * m.accuracy, m.gradient_norm);
  fmt::print("\n   {:<16}{:>14}{:>12}\n", "", "mean of p", "labels");
  for (std::size_t j = 0; j < names.size(); ++j)
    fmt::print("   {:<16}{:>14.8f}{:>12}\n", names[j], learned.mean_probabilities[j],
               learned.label_shares[j]);
}

void print_logistic_regression() {
  fmt::print("\n3. Logistic regression: a Bernoulli output, 500 points of two classes\n");
  fmt::print("   (6.2.2.2)\n\n");
  print_classifier(learn_bernoulli(points_of_two_classes(500, kSeed), 1000), {&kTwoClassWeights, 1},
                   {"class 1"});
  fmt::print("\n   Likelihood: that of one example, the geometric mean. At its maximum the\n");
  fmt::print("   gradient is 0, and so the mean of p, the probability of a class, is its share\n");
  fmt::print("   of the labels.\n");
}

void print_softmax_regression() {
  fmt::print("\n4. Softmax regression: a multinoulli output, 500 points of three classes\n");
  fmt::print("   (6.2.2.3)\n\n");
  print_classifier(learn_multinoulli(points_of_three_classes(500, kSeed), 1000), kThreeClassWeights,
                   {"class 0", "class 1", "class 2"});
  fmt::print("\n   Weights: those of the first two classes less those of the third.\n");
}

void print_convolutional_networks() {
  fmt::print("\n5. Convolutional networks on one and on three spatial axes (9.7)\n\n");
  const auto print_row = [](const char* name, const Outcome& o) {
    fmt::print("   {:<30}{:>10}{:>10.4f} to {:.4f}{:>14.1f} %\n", name, o.parameters, o.first_loss,
               o.last_loss, 100 * o.accuracy);
  };
  fmt::print("   {:<30}{:>10}{:>20}{:>16}\n", "", "parameters", "loss", "accuracy");
  print_row("signals: slow, fast, none",
            tell_apart(signal_layers(), signals(30, kSeed), signals(300, kFreshSeed), 300));
  print_row("volumes: balls, cubes",
            tell_apart(volume_layers(), volumes(40, kSeed), volumes(100, kFreshSeed), 150));
  fmt::print("\n   Accuracy: on fresh examples. A network that guesses is right in 33 % and in\n");
  fmt::print("   50 % of them.\n");
}

ExitCode show() {
  fmt::print("What networks of a few layers learn from made-up data, beside known results.\n");
  fmt::print("Numbers in parentheses are sections of Goodfellow et al., Deep Learning.\n\n");
  print_linear_regression();
  print_single_layer();
  print_logistic_regression();
  print_softmax_regression();
  print_convolutional_networks();
  return ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return showcase::start(
      {.name = "small_networks",
       .purpose = "What networks of a few layers learn from made-up data, beside known results.",
       .show = show},
      argc, argv);
}
