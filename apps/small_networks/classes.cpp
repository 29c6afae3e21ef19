#include "apps/small_networks/classes.hpp"

namespace small_networks {

using namespace gradtable;

namespace {

// The nodes in which the two regressions differ, for n examples.
struct Output {
  Tensor probabilities, truth;  // (n,1) of class 1, or (n,3)
  Tensor right;                 // 1 where the likeliest class is the label, (n,1) or (n)
  Tensor loss;
};

std::vector<double> column_means(const Tensor& x) {
  const Array means = evaluate(mean(x, {0}));
  const auto values = means.as<double>();
  return {values.begin(), values.end()};
}

LearnedClassifier learn(Graph& graph, const Tensor& W, const Output& output, int steps) {
  constexpr double kLearningRate = 1;
  const Tensor& loss = output.loss;
  const Tensor accuracy = mean(cast(output.right, DType::float64));
  const GradTable table = build_grad(loss, {W});
  const Tensor norm = sqrt(sum(square(table[W])));
  Program step = compile(
      graph, {.outputs = {loss, norm, accuracy}, .updates = sgd(table, kLearningRate), .finite = {loss}});
  LearnedClassifier learned;
  for (int i = 0, next = 0; i <= steps; ++i) {
    step.run();
    if (i != next && i != steps) continue;
    learned.moments.push_back(
        {i, step.value(loss).item(), step.value(norm).item(), step.value(accuracy).item()});
    next = next == 0 ? 1 : 10 * next;
  }
  learned.mean_probabilities = column_means(output.probabilities);
  learned.label_shares = column_means(output.truth);
  return learned;
}

// Column j of (3,k).
Weights column(const Array& matrix, std::size_t j) {
  const auto values = matrix.as<double>();
  const std::size_t k = values.size() / 3;
  return {values[j], values[k + j], values[2 * k + j]};
}

}  // namespace

LearnedClassifier learn_bernoulli(const Examples& points, int steps) {
  Graph graph;
  const Sequential layer(graph, {2}, fcnn({1}, {.bias = Bias::row}), {.dtype = DType::float64});
  const Tensor scores = layer(graph.constant(points.x)), t = graph.constant(points.t);
  const Output output{.probabilities = sigmoid(scores),
                      .truth = t,
                      .right = equal(greater(scores, 0), greater(t, 0.5)),
                      .loss = binary_cross_entropy_with_logits(scores, t)};
  const Tensor& W = layer.parameters()[0];
  LearnedClassifier learned = learn(graph, W, output, steps);
  learned.weights = {column(graph.value(W), 0)};
  return learned;
}

LearnedClassifier learn_multinoulli(const Examples& points, int steps) {
  Graph graph;
  const Sequential layer(graph, {2}, fcnn({3}, {.bias = Bias::row}), {.dtype = DType::float64});
  const Tensor scores = layer(graph.constant(points.x)), t = graph.constant(points.t);
  const Output output{.probabilities = softmax(scores),
                      .truth = one_hot(t, 3, DType::float64),
                      .right = equal(argmax(scores), t),
                      .loss = softmax_cross_entropy(scores, t)};
  const Tensor& W = layer.parameters()[0];
  LearnedClassifier learned = learn(graph, W, output, steps);
  // One column may be added to all three of them and changes no probability.
  const Weights reference = column(graph.value(W), 2);
  for (std::size_t j = 0; j < 2; ++j) {
    learned.weights.push_back(column(graph.value(W), j));
    for (std::size_t i = 0; i < 3; ++i) learned.weights[j][i] -= reference[i];
  }
  return learned;
}

}  // namespace small_networks
