#include "gradtable/models/networks/activations.hpp"

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"

namespace gradtable {
namespace {

TEST(Activations, ComputeWhatTheirNamesSay) {
  const std::map<std::string, std::function<double(double)>> expected = {
      {"relu", [](double x) { return x > 0 ? x : 0; }},
      {"leaky_relu", [](double x) { return x > 0 ? x : 0.01 * x; }},
      {"elu", [](double x) { return x > 0 ? x : std::exp(x) - 1; }},
      {"softplus", [](double x) { return std::log(1 + std::exp(x)); }},
      {"gelu", [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }},
      {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
      {"tanh", [](double x) { return std::tanh(x); }},
      {"linear", [](double x) { return x; }}};
  ASSERT_EQ(activations().size(), expected.size());
  for (const auto& [name, function] : expected) {
    for (const double x : {-1.5, 0.0, 0.75}) {
      Graph graph;
      const Tensor node = graph.constant(x, DType::float64);
      const Tensor y = find_activation(name).function(node, Location::current());
      EXPECT_NEAR(evaluate(y).item(), function(x), 1e-15) << name << '(' << x << ')';
    }
  }
}

TEST(OutputActivations, ComputeWhatTheirNamesSay) {
  const std::map<std::string, std::function<double(double)>> first_of_two = {
      {"linear", [](double x) { return x; }},
      {"softmax", [](double x) { return std::exp(x) / (std::exp(x) + std::exp(0.25)); }},
      {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
      {"softplus", [](double x) { return std::log(1 + std::exp(x)); }},
      {"tanh", [](double x) { return std::tanh(x); }}};
  ASSERT_EQ(output_activations().size(), first_of_two.size());
  for (const auto& [name, function] : first_of_two) {
    for (const double x : {-1.5, 0.0, 0.75}) {
      Graph graph;
      const Tensor node = graph.constant(Array::of<double>({1, 2}, {x, 0.25}));
      const Array y = evaluate(find_output_activation(name).function(node, Location::current()));
      EXPECT_NEAR(y.as<double>()[0], function(x), 1e-15) << name << '(' << x << ')';
    }
  }
}

TEST(FindActivation, ListsTheKnownNamesForAnother) {
  EXPECT_EQ(
      testing::message_of<ConfigError>([] { find_activation("rleu"); }),
      "activation: expected one of relu, leaky_relu, elu, softplus, gelu, sigmoid, tanh, linear, got 'rleu'");
}

}  // namespace
}  // namespace gradtable
