// ECE408, lecture 11: y = sign(W x + b), and smooth functions in its place.
#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

namespace {

// [units]
using Unit = Tensor (*)(const Tensor& z);

Tensor hard(const Tensor& z) {
  return sign(z);
}
Tensor smooth(const Tensor& z) {
  return tanh(z);
}
// sign with 1 for its derivative: W - e dE/dW is then the perceptron rule, W + e (t - y) x.
Tensor straight(const Tensor& z) {
  return z + stop_gradient(sign(z) - z);
}
// [/units]

void learn_or(Answer& answer, const char* name, Unit unit) {
  // [learning]
  Graph graph;
  const Tensor x = graph.constant(Array::of<double>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}));
  const Tensor t = graph.constant(Array::of<double>({4, 1}, {-1, 1, 1, 1}));  // x1 or x2
  const Tensor W = graph.parameter("W", Array::of<double>({2, 1}, {-0.5, 0.25}));
  const Tensor b = graph.parameter("b", Array::of<double>({1}, {0.125}));
  const Tensor y = unit(add_bias(matmul(x, W), b));
  const Tensor E = sum(square(y - t)) / 2;
  const GradTable table = build_grad(E, {W, b});
  const Tensor right = sum(cast(equal(sign(y), t), DType::float64));
  Program step = compile(graph, {.outputs = {E, right, table[W], table[b]}, .updates = sgd(table, 0.125)});
  // [/learning]
  for (int i = 0; i <= 100; ++i) {
    step.run();
    if (i != 0 && i != 1 && i != 10 && i != 100) continue;
    const auto dW = step.value(table[W]).as<double>();
    answer.print("{:<18}{:>4}{:>8} of 4{:>10.4f}{:>10.4f}{:>10.4f}{:>10.4f}\n", i == 0 ? name : "", i,
                 step.value(right).item(), step.value(E).item(), rounded(dW[0]), rounded(dW[1]),
                 rounded(step.value(table[b]).item()));
  }
}

// E for w1 from -3 to 3, the other weights as learn_or begins.
std::vector<double> errors_along_w1(Unit unit, std::int64_t count) {
  Graph graph;
  const Tensor w1 = graph.constant(grid(-3, 3, count, {1, count}));
  const Tensor x1 = graph.constant(Array::of<double>({4, 1}, {0, 0, 1, 1}));
  const Tensor rest = graph.constant(Array::of<double>({4, 1}, {0.125, 0.375, 0.125, 0.375}));
  const Tensor t = graph.constant(Array::of<double>({4, 1}, {-1, 1, 1, 1}));
  return numbers(sum(square(unit(matmul(x1, w1) + rest) - t), {0}) / 2);
}

}  // namespace

void perceptron(Answer& answer) {
  answer.print("{:<18}{:>4}{:>13}{:>10}{:>10}{:>10}{:>10}\n", "unit", "step", "right", "E", "dE/dW1",
               "dE/dW2", "dE/db");
  learn_or(answer, "sign", hard);
  learn_or(answer, "tanh", smooth);
  learn_or(answer, "sign, 1 for sign'", straight);

  constexpr std::int64_t kCount = 401;
  const Array w1 = grid(-3, 3, kCount, {kCount});
  answer.plot("perceptron",
              {.title = "E along the weight w1",
               .x_name = "w1",
               .x_step = 0,
               .curves = {broken(curve("sign", 0, w1.as<double>(), errors_along_w1(hard, kCount)), 0.25),
                          curve("tanh", 1, w1.as<double>(), errors_along_w1(smooth, kCount))}});
}

}  // namespace lectures
