// FAU, "Initialization": zeros, uniform in [-1/n, 1/n], Xavier, Kaiming.
#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

namespace {

constexpr int kStepsOfEach = 100;

// The norm of each layer's dJ/dW by step.
std::vector<Curve> learn_digits(Answer& answer, const Dataset& digits, const char* initializer) {
  // [learning]
  Graph graph;
  const Sequential network(graph, {784}, fcnn({64, 64, 64, 10}),
                           {.initializer = initializer, .dtype = DType::float64, .seed = 1});
  const Tensor x = graph.constant(cast(digits.input_rows(), DType::float64)) / 255;
  const Tensor t = graph.constant(cast(digits.targets, DType::int32));
  const Tensor loss = softmax_cross_entropy(network(x), t);
  const GradTable table = build_grad(loss, network.parameters());
  std::vector<Tensor> outputs = {loss};
  for (const auto& [parameter, gradient] : table)
    if (parameter.shape().rank() == 2) outputs.push_back(norm(gradient));
  outputs.push_back(norm(table[network.parameters().back()]));
  Program step = compile(graph, {.outputs = outputs, .updates = sgd(table, 0.1), .threads = 1});
  // [/learning]
  std::vector<Curve> curves;
  for (int k = 0; k < 4; ++k) curves.push_back({fmt::format("W{}", k + 1), k, {}});
  for (int i = 0; i <= kStepsOfEach; ++i) {
    step.run();
    std::vector<double> values;
    for (const Tensor& output : outputs) values.push_back(step.value(output).item());
    for (std::size_t k = 0; k < 4; ++k) curves[k].points.push_back({static_cast<double>(i), values[k + 1]});
    if (i != 0 && i != 10 && i != kStepsOfEach) continue;
    answer.print("{:<16}{:>4}{:>9.4f}", i == 0 ? initializer : "", i, values[0]);
    for (std::size_t k = 1; k < values.size(); ++k)
      values[k] == 0 ? answer.print("{:>10}", 0) : answer.print("{:>10.2e}", values[k]);
    answer.print("\n");
  }
  return curves;
}

}  // namespace

void initialization(Answer& answer) {
  const Dataset digits = draw_digits(100, 1);
  answer.print("784-64-64-64-10, ReLU, 100 drawn digits, rate 0.1; the last columns are norms\n\n");
  answer.print("{:<16}{:>4}{:>9}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "initializer", "step", "loss", "dJ/dW1",
               "dJ/dW2", "dJ/dW3", "dJ/dW4", "dJ/db4");
  for (const char* initializer : {"zeros", "uniform", "xavier_uniform", "kaiming_uniform"}) {
    const std::vector<Curve> curves = learn_digits(answer, digits, initializer);
    if (std::string_view(initializer) == "uniform" || std::string_view(initializer) == "kaiming_uniform")
      answer.plot(fmt::format("initialization_{}", initializer),
                  {.title = fmt::format("Norm of dJ/dW by layer, {}", initializer),
                   .x_name = "step",
                   .curves = curves,
                   .logarithmic = true});
  }
}

}  // namespace lectures
