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
  const Tensor loss = mean(square(y - t)).named("loss");
  const GradTable grad_table = build_grad(loss, {W, c, w, b});
  std::cout << evaluate(grad_table[w]) << '\n';  // dloss/dw, of w's shape (4,1)

  Program step = compile(g, {.outputs = {y}, .updates = sgd(grad_table, 0.1)});
  for (int i = 0; i < 2000; ++i) step.run();
  std::cout << step.value(y) << '\n';  // about 0, 1, 1, 0
  // [/xor]
  return evaluate(loss).item() < 1e-3 ? 0 : 1;
}
