// Networks of one layer, of which what they learn is known in closed form: Goodfellow et al., section 6.2.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/optimizers/sgd.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/classification.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/regression.hpp"

namespace gradtable {
namespace {

using Numbers = std::vector<double>;

constexpr std::size_t kExamples = 60;

double logistic(double a) {
  return 1 / (1 + std::exp(-a));
}

// Points in the plane, and three numbers of noise for each.
struct Data {
  Array x{DType::float64, {kExamples, 2}};
  Array noise{DType::float64, {kExamples, 3}};

  Data() {
    Random random(1);
    for (double& value : x.as<double>()) value = random.normal();
    for (double& value : noise.as<double>()) value = random.normal();
  }
  double operator()(std::size_t i, std::size_t j) const { return j == 2 ? 1 : x.as<double>()[2 * i + j]; }
};

void learn(Graph& graph, const Tensor& loss, const std::vector<Tensor>& parameters, double learning_rate,
           int steps) {
  Program step = compile(
      graph,
      {.outputs = {loss}, .updates = sgd(build_grad(loss, parameters), learning_rate), .finite = {loss}});
  for (int i = 0; i < steps; ++i) step.run();
}

// x with A x = b, by elimination; for the A of the normal equations, which need no pivots.
std::array<double, 3> solved(std::array<std::array<double, 3>, 3> A, std::array<double, 3> b) {
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t i = k + 1; i < 3; ++i) {
      const double factor = A[i][k] / A[k][k];
      for (std::size_t j = k; j < 3; ++j) A[i][j] -= factor * A[k][j];
      b[i] -= factor * b[k];
    }
  for (std::size_t k = 3; k-- > 0;) {
    for (std::size_t j = k + 1; j < 3; ++j) b[k] -= A[k][j] * b[j];
    b[k] /= A[k][k];
  }
  return b;
}

// E = 1/2 sum (y - t)^2: w <- w - e x (y - t) y', with y' = y (1 - y) for sigmoid.
TEST(SingleLayer, StepsAsTheFormulaSays) {
  constexpr double kRate = 0.25;
  const Numbers x = {0.5, -1, 2}, t = {0.25, 1};
  for (const bool with_sigmoid : {false, true}) {
    Graph graph;
    const Fcnn layer(graph, {3, 2}, {.output = with_sigmoid ? "sigmoid" : "linear", .dtype = DType::float64});
    const Tensor& W = layer.parameters()[0];
    const Tensor& b = layer.parameters()[1];
    const Array W0 = graph.value(W), b0 = graph.value(b);
    const Tensor input = graph.constant(Array::of<double>({1, 3}, std::span<const double>(x)));
    const Tensor target = graph.constant(Array::of<double>({1, 2}, std::span<const double>(t)));
    learn(graph, half_squared_error(layer(input), target), {W, b}, kRate, 1);
    for (std::size_t j = 0; j < 2; ++j) {
      double y = b0.as<double>()[j];
      for (std::size_t i = 0; i < 3; ++i) y += x[i] * W0.as<double>()[2 * i + j];
      if (with_sigmoid) y = logistic(y);
      const double error = (y - t[j]) * (with_sigmoid ? y * (1 - y) : 1);
      EXPECT_NEAR(graph.value(b).as<double>()[j], b0.as<double>()[j] - kRate * error, 1e-15);
      for (std::size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(graph.value(W).as<double>()[2 * i + j], W0.as<double>()[2 * i + j] - kRate * x[i] * error,
                    1e-15);
    }
  }
}

// The most likely mean of a Gaussian is what least squares gives, its variance the mean of squared residuals.
TEST(LinearRegression, FindsTheSolutionOfTheNormalEquations) {
  const Data data;
  Array t(DType::float64, {kExamples, 1});
  std::array<std::array<double, 3>, 3> A{};
  std::array<double, 3> c{};
  for (std::size_t n = 0; n < kExamples; ++n) {
    double& target = t.as<double>()[n];
    target = 2 * data(n, 0) - data(n, 1) + 0.5 + 0.3 * data.noise.as<double>()[3 * n];
    for (std::size_t i = 0; i < 3; ++i) {
      c[i] += data(n, i) * target;
      for (std::size_t j = 0; j < 3; ++j) A[i][j] += data(n, i) * data(n, j);
    }
  }
  const std::array<double, 3> expected = solved(A, c);
  double variance = 0;
  for (std::size_t n = 0; n < kExamples; ++n) {
    const double y = expected[0] * data(n, 0) + expected[1] * data(n, 1) + expected[2];
    variance += std::pow(t.as<double>()[n] - y, 2) / kExamples;
  }

  Graph graph;
  const Fcnn layer(graph, {2, 1}, {.bias = Bias::row, .dtype = DType::float64});
  const Tensor& W = layer.parameters()[0];
  const Tensor raw = graph.parameter("variance", zeros({1, 1}, DType::float64));
  const Tensor y = layer(graph.constant(data.x));
  const Tensor v = broadcast_to(softplus(raw), {kExamples, 1});
  learn(graph, gaussian_nll(y, v, graph.constant(t)), {W, raw}, 0.1, 3000);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(graph.value(W).as<double>()[i], expected[i], 1e-10);
  EXPECT_NEAR(std::log1p(std::exp(graph.value(raw).item())), variance, 1e-10);
}

// At the most likely parameters of a Bernoulli output, errors p - t are orthogonal to every input.
TEST(LogisticRegression, FindsTheMostLikelyParameters) {
  const Data data;
  Array t(DType::float64, {kExamples, 1});
  for (std::size_t n = 0; n < kExamples; ++n)
    t.as<double>()[n] = 2 * data(n, 0) + data(n, 1) - 0.5 + data.noise.as<double>()[3 * n] > 0 ? 1 : 0;
  Graph graph;
  const Fcnn layer(graph, {2, 1}, {.bias = Bias::row, .dtype = DType::float64});
  const Tensor scores = layer(graph.constant(data.x));
  learn(graph, binary_cross_entropy_with_logits(scores, graph.constant(t)), layer.parameters(), 1, 10000);

  const Array W = graph.value(layer.parameters()[0]);
  std::array<double, 3> moments{};
  int right = 0;
  for (std::size_t n = 0; n < kExamples; ++n) {
    double score = 0;
    for (std::size_t i = 0; i < 3; ++i) score += W.as<double>()[i] * data(n, i);
    for (std::size_t i = 0; i < 3; ++i) moments[i] += (logistic(score) - t.as<double>()[n]) * data(n, i);
    right += (score > 0) == (t.as<double>()[n] == 1) ? 1 : 0;
  }
  for (const double moment : moments) EXPECT_NEAR(moment, 0, 1e-8);
  EXPECT_GE(right, 50);
}

// The same for a multinoulli output of three classes.
TEST(SoftmaxRegression, FindsTheMostLikelyParameters) {
  const Data data;
  Array t(DType::int32, {kExamples});
  for (std::size_t n = 0; n < kExamples; ++n) {
    const auto noise = data.noise.as<double>().subspan(3 * n, 3);
    const std::array<double, 3> scores = {2 * data(n, 0) + noise[0], 2 * data(n, 1) + noise[1], noise[2]};
    t.as<std::int32_t>()[n] = static_cast<std::int32_t>(std::ranges::max_element(scores) - scores.begin());
  }
  Graph graph;
  const Fcnn layer(graph, {2, 3}, {.bias = Bias::row, .dtype = DType::float64});
  const Tensor scores = layer(graph.constant(data.x));
  learn(graph, softmax_cross_entropy(scores, graph.constant(t)), layer.parameters(), 1, 10000);

  const Array W = graph.value(layer.parameters()[0]);
  std::array<double, 9> moments{};
  for (std::size_t n = 0; n < kExamples; ++n) {
    std::array<double, 3> p{};
    double total = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t i = 0; i < 3; ++i) p[j] += W.as<double>()[3 * i + j] * data(n, i);
      p[j] = std::exp(p[j]);
      total += p[j];
    }
    for (std::size_t j = 0; j < 3; ++j) {
      const double error = p[j] / total - (t.as<std::int32_t>()[n] == static_cast<std::int32_t>(j) ? 1 : 0);
      for (std::size_t i = 0; i < 3; ++i) moments[3 * i + j] += error * data(n, i);
    }
  }
  for (const double moment : moments) EXPECT_NEAR(moment, 0, 1e-8);
}

}  // namespace
}  // namespace gradtable
