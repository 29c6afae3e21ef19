// Hildesheim, "Types of Hidden Units": can we use a linear activation h = W^T x + b?
#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

namespace {

constexpr int kSteps = 1000;

// Learns XOR as two classes; a chart's curve of the loss by step.
Curve learn_xor(Answer& answer, const char* name, int style, const std::vector<Layer>& layers) {
  // [learning]
  Graph graph;
  const Sequential network(graph, {2}, layers, {.dtype = DType::float64, .seed = 3});
  const Tensor x = graph.constant(Array::of<double>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}));
  const Tensor t = graph.constant(Array::of<std::int32_t>({4}, {0, 1, 1, 0}));
  const Tensor loss = softmax_cross_entropy(network(x), t);
  Program step =
      compile(graph, {.outputs = {loss}, .updates = sgd(build_grad(loss, network.parameters()), 0.5)});
  // [/learning]
  Curve result{name, style, {}};
  answer.print("{:<22}{:>12}", name, network.parameter_count());
  for (int i = 0; i <= kSteps; ++i) {
    step.run();
    const double value = step.value(loss).item();
    if (i <= 200) result.points.push_back({static_cast<double>(i), value});
    if (i == 0 || i == 10 || i == 100 || i == kSteps) answer.print("{:>10.4f}", value);
  }
  answer.print("\n");
  return result;
}

void compare_with_one_layer(Answer& answer) {
  // [one_layer]
  Graph graph;
  const Sequential network(graph, {2}, fcnn({8, 2}, {.activation = "linear"}), {.dtype = DType::float64});
  const Tensor x = graph.constant(grid(-1, 1, 20, {10, 2}));
  const std::vector<Tensor>& p = network.parameters();  // W1, b1, W2, b2
  const Tensor W = matmul(p[0], p[2]), b = matmul(p[1], p[2]) + p[3];
  const Tensor difference = max(abs(network(x) - add_bias(matmul(x, W), b)));
  // [/one_layer]
  answer.print("\nIn one layer, W = W1 W2, b = b1 W2 + b2: scores differ by {:.10f} at most\n",
               rounded(evaluate(difference).item(), 10));
}

}  // namespace

void linear_hidden(Answer& answer) {
  answer.print("{:<22}{:>12}{:>10}{:>10}{:>10}{:>10}\n", "hidden units", "parameters", 0, 10, 100, kSteps);
  // [networks]
  Chart chart{.title = "Loss of XOR as two classes", .x_name = "step", .curves = {}};
  chart.curves.push_back(learn_xor(answer, "none", 0, fcnn({2})));
  chart.curves.push_back(learn_xor(answer, "8 linear", 1, fcnn({8, 2}, {.activation = "linear"})));
  chart.curves.push_back(learn_xor(answer, "8 ReLU", 2, fcnn({8, 2}, {.activation = "relu"})));
  // [/networks]
  compare_with_one_layer(answer);
  answer.plot("linear_hidden", chart);
}

}  // namespace lectures
