// A network learns XOR: Goodfellow et al., section 6.1, from random weights.
#include <cmath>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

int main() {
  // [xor]
  Graph g;
  Random random(1);
  const Tensor x = g.constant(Array::of<float>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}));
  const Tensor t = g.constant(Array::of<float>({4, 1}, {0, 1, 1, 0}));
  const Tensor W = g.parameter("W", kaiming_uniform({2, 4}, random)), c = g.parameter("c", zeros({4}));
  const Tensor w = g.parameter("w", kaiming_uniform({4, 1}, random)), b = g.parameter("b", zeros({1}));

  const Tensor h = relu(add_bias(matmul(x, W), c));
  const Tensor y = add_bias(matmul(h, w), b);
  const Tensor loss = mean(square(y - t));
  const GradTable grad_table = build_grad(loss, {W, c, w, b});  // grad_table[W] is dloss/dW, a node of g

  Program step = compile(g, {.outputs = {y}, .updates = sgd(grad_table, 0.1)});
  for (int i = 0; i < 2000; ++i) step.run();
  for (const float value : step.value(y).as<float>()) std::cout << value << ' ';  // about 0 1 1 0
  // [/xor]
  std::cout << '\n';
  return evaluate(loss).item() < 1e-3 ? 0 : 1;
}
