#include "apps/small_networks/one_layer.hpp"

#include <cmath>
#include <vector>

namespace small_networks {

using namespace gradtable;

namespace {

void learn(Graph& graph, const Tensor& loss, const std::vector<Tensor>& parameters, double learning_rate,
           int steps) {
  Program step = compile(
      graph,
      {.outputs = {loss}, .updates = sgd(build_grad(loss, parameters), learning_rate), .finite = {loss}});
  for (int i = 0; i < steps; ++i) step.run();
}

// w with A w = b, by elimination; A is positive definite, so that no pivots are needed.
Weights solved(std::array<Weights, 3> A, Weights b) {
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

}  // namespace

Gaussian learn_gaussian(const Examples& points) {
  constexpr double kLearningRate = 0.1;
  constexpr int kSteps = 3000;
  Graph graph;
  const Sequential layer(graph, {2}, fcnn({1}, {.bias = Bias::row}), {.dtype = DType::float64});
  const Tensor& W = layer.parameters()[0];
  const Tensor raw = graph.parameter("raw_variance", zeros({1, 1}, DType::float64));
  const Tensor mean = layer(graph.constant(points.x));
  const Tensor variance = softplus(raw);  // above 0, whatever is learned
  const Tensor loss = gaussian_nll(mean, broadcast_to(variance, mean.shape()), graph.constant(points.t));
  learn(graph, loss, {W, raw}, kLearningRate, kSteps);

  Gaussian learned{{}, evaluate(variance).item()};
  const Array weights = graph.value(W);
  for (std::size_t i = 0; i < 3; ++i) learned.weights[i] = weights.as<double>()[i];
  return learned;
}

Gaussian normal_equations(const Examples& points) {
  const auto x = points.x.as<double>(), t = points.t.as<double>();
  const auto row = [&](std::size_t n) { return Weights{x[2 * n], x[2 * n + 1], 1}; };
  std::array<Weights, 3> XtX{};
  Weights Xtt{};
  for (std::size_t n = 0; n < t.size(); ++n)
    for (std::size_t i = 0; i < 3; ++i) {
      Xtt[i] += row(n)[i] * t[n];
      for (std::size_t j = 0; j < 3; ++j) XtX[i][j] += row(n)[i] * row(n)[j];
    }
  Gaussian solution{solved(XtX, Xtt), 0};
  for (std::size_t n = 0; n < t.size(); ++n) {
    double residual = t[n];
    for (std::size_t i = 0; i < 3; ++i) residual -= row(n)[i] * solution.weights[i];
    solution.variance += residual * residual / static_cast<double>(t.size());
  }
  return solution;
}

Step one_step(Unit unit) {
  const bool is_sigmoid = unit == Unit::sigmoid;
  constexpr std::array<double, 4> x = {kStepInput[0], kStepInput[1], kStepInput[2], 1};  // 1: the bias's
  constexpr std::array<double, 2> t = kStepTarget;
  Graph graph;
  const Sequential layer(graph, {3},
                         fcnn({2}, {.output = is_sigmoid ? "sigmoid" : "linear", .bias = Bias::row}),
                         {.dtype = DType::float64});
  const Tensor& W = layer.parameters()[0];
  const Tensor input = graph.constant(Array::of<double>({1, 3}, std::span(kStepInput)));
  const Tensor target = graph.constant(Array::of<double>({1, 2}, std::span(kStepTarget)));

  Step step{graph.value(W), {}, graph.value(W)};
  learn(graph, half_squared_error(layer(input), target), {W}, kStepRate, 1);
  step.after = graph.value(W);
  const auto w = step.before.as<double>();
  for (std::size_t j = 0; j < 2; ++j) {
    double y = 0, slope = 1;
    for (std::size_t i = 0; i < 4; ++i) y += x[i] * w[2 * i + j];
    if (is_sigmoid) {
      y = 1 / (1 + std::exp(-y));
      slope = y * (1 - y);
    }
    for (std::size_t i = 0; i < 4; ++i)
      step.formula.as<double>()[2 * i + j] -= kStepRate * x[i] * (y - t[j]) * slope;
  }
  return step;
}

}  // namespace small_networks
