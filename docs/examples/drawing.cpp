// Writes the drawing of a training step to standard output: example_drawing | dot -Tsvg > network.svg
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

int main() {
  // [drawing]
  Graph g;
  const Sequential network(g, {784}, fcnn({128, 10}));
  const Tensor x = g.input("x", {64, 784});
  const Tensor t = g.input("t", {64}, DType::int32);
  const Tensor loss = softmax_cross_entropy(network(x).named("scores"), t).named("loss");
  const std::vector<Update> updates = sgd(build_grad(loss, network.parameters()), 0.1);

  write_dot(std::cout, g, {.outputs = {loss}, .updates = updates});  // without updates: the forward graph
  // [/drawing]
  return std::cout.flush() ? 0 : 1;
}
