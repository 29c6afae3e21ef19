// The gradients of a network against Goodfellow et al., algorithms 6.3 and 6.4, written by hand: one example
// at a time, with loops over numbers.
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/initializers.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/penalties.hpp"
#include "gradtable/ops/regression.hpp"

namespace gradtable {
namespace {

using testing::numbers_of;

using Numbers = std::vector<double>;
using Function = std::function<double(double)>;

double logistic(double a) {
  return 1 / (1 + std::exp(-a));
}

struct Unit {
  std::string name;
  Function f, derivative;
};

const std::vector<Unit> kHidden = {
    {"tanh", [](double a) { return std::tanh(a); }, [](double a) { return 1 / std::pow(std::cosh(a), 2); }},
    {"softplus", [](double a) { return std::log(1 + std::exp(a)); }, logistic},
    {"relu", [](double a) { return a > 0 ? a : 0; }, [](double a) { return a > 0 ? 1.0 : 0.0; }},
    {"linear", [](double a) { return a; }, [](double) { return 1.0; }},
    {"sigmoid", logistic, [](double a) { return logistic(a) * (1 - logistic(a)); }}};
const Unit kOutput = {"linear", [](double a) { return a; }, [](double) { return 1.0; }};

// W is as here, (inputs, outputs): the book's transposed.
struct Weights {
  std::size_t inputs, outputs;
  Numbers W, b;
};

struct Penalty {
  std::string name;
  Tensor (*omega)(const Tensor& w, Location at);
  Function value, derivative;  // of one number
};

struct ByHand {
  double cost = 0;
  std::vector<Weights> gradients;  // like the weights
};

// Algorithm 6.3: a and h of every layer, h[0] = x.
struct Forward {
  std::vector<Numbers> a, h;
};
Forward forward(const std::vector<Weights>& layers, const std::vector<Unit>& units, const Numbers& x) {
  Forward run{{{}}, {x}};
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const auto& [inputs, outputs, W, b] = layers[k];
    Numbers a = b, h;
    for (std::size_t i = 0; i < inputs; ++i)
      for (std::size_t j = 0; j < outputs; ++j) a[j] += run.h[k][i] * W[i * outputs + j];
    for (const double number : a) h.push_back(units[k].f(number));
    run.a.push_back(a);
    run.h.push_back(h);
  }
  return run;
}

// Algorithm 6.4 for L = 1/2 |y^ - y|^2, without the terms of the penalty; adds up over calls.
void backward(const std::vector<Weights>& layers, const std::vector<Unit>& units, const Forward& run,
              const Numbers& y, ByHand& result) {
  Numbers g;
  for (std::size_t j = 0; j < y.size(); ++j) {
    g.push_back(run.h.back()[j] - y[j]);
    result.cost += g[j] * g[j] / 2;
  }
  for (std::size_t k = layers.size(); k-- > 0;) {
    const auto& [inputs, outputs, W, b] = layers[k];
    for (std::size_t j = 0; j < outputs; ++j) g[j] *= units[k].derivative(run.a[k + 1][j]);
    Numbers next(inputs, 0);
    for (std::size_t j = 0; j < outputs; ++j) {
      result.gradients[k].b[j] += g[j];
      for (std::size_t i = 0; i < inputs; ++i) {
        result.gradients[k].W[i * outputs + j] += g[j] * run.h[k][i];
        next[i] += W[i * outputs + j] * g[j];
      }
    }
    g = next;
  }
}

// + lambda * Omega of all weights, not of biases.
void add_penalty(const std::vector<Weights>& layers, const Penalty& penalty, double lambda, ByHand& result) {
  for (std::size_t k = 0; k < layers.size(); ++k)
    for (std::size_t i = 0; i < layers[k].W.size(); ++i) {
      result.cost += lambda * penalty.value(layers[k].W[i]);
      result.gradients[k].W[i] += lambda * penalty.derivative(layers[k].W[i]);
    }
}

class Algorithm64 : public ::testing::TestWithParam<Penalty> {};

TEST_P(Algorithm64, GivesTheGradientsOfTheGraph) {
  constexpr double kLambda = 0.03;
  constexpr std::int64_t kExamples = 6;
  const std::vector<std::int64_t> widths = {5, 7, 6, 5, 4, 4, 3};
  std::vector<Unit> units = kHidden;
  std::vector<std::string> names;
  for (const Unit& unit : units) names.push_back(unit.name);
  units.push_back(kOutput);

  Graph graph;
  const Sequential network(graph, {widths.front()},
                           fcnn({widths.begin() + 1, widths.end()}, {.activation = names}),
                           {.dtype = DType::float64});
  Random random(5);
  const Array xs = kaiming_normal({kExamples, 5}, random, DType::float64);
  const Array ys = kaiming_normal({kExamples, 3}, random, DType::float64);
  const std::vector<Tensor>& parameters = network.parameters();
  Tensor cost = half_squared_error(network(graph.constant(xs)), graph.constant(ys));
  for (std::size_t i = 0; i < parameters.size(); i += 2)
    cost = cost + kLambda * GetParam().omega(parameters[i], Location::current());
  const GradTable table = build_grad(cost, parameters);

  std::vector<Weights> layers;
  ByHand by_hand;
  for (std::size_t k = 0; k + 1 < widths.size(); ++k) {
    layers.push_back({static_cast<std::size_t>(widths[k]), static_cast<std::size_t>(widths[k + 1]),
                      numbers_of(graph.value(parameters[2 * k])),
                      numbers_of(graph.value(parameters[2 * k + 1]))});
    by_hand.gradients.push_back({0, 0, Numbers(layers[k].W.size(), 0), Numbers(layers[k].b.size(), 0)});
  }
  const Numbers x = numbers_of(xs), y = numbers_of(ys);
  for (std::ptrdiff_t n = 0; n < kExamples; ++n) {
    const Numbers of_n(x.begin() + 5 * n, x.begin() + 5 * (n + 1));
    backward(layers, units, forward(layers, units, of_n), {y.begin() + 3 * n, y.begin() + 3 * (n + 1)},
             by_hand);
  }
  add_penalty(layers, GetParam(), kLambda, by_hand);

  EXPECT_NEAR(evaluate(cost).item(), by_hand.cost, 1e-12);
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const Numbers dW = numbers_of(evaluate(table[parameters[2 * k]]));
    const Numbers db = numbers_of(evaluate(table[parameters[2 * k + 1]]));
    for (std::size_t i = 0; i < dW.size(); ++i)
      EXPECT_NEAR(dW[i], by_hand.gradients[k].W[i], 1e-12) << "W" << k + 1 << '[' << i << ']';
    for (std::size_t i = 0; i < db.size(); ++i)
      EXPECT_NEAR(db[i], by_hand.gradients[k].b[i], 1e-12) << "b" << k + 1 << '[' << i << ']';
  }
}

INSTANTIATE_TEST_SUITE_P(Penalties, Algorithm64,
                         ::testing::Values(Penalty{"l2", l2_penalty, [](double w) { return w * w / 2; },
                                                   [](double w) { return w; }},
                                           Penalty{"l1", l1_penalty, [](double w) { return std::abs(w); },
                                                   [](double w) { return w > 0 ? 1.0 : -1.0; }}),
                         [](const auto& penalty) { return penalty.param.name; });

}  // namespace
}  // namespace gradtable
