#include "apps/xor/network.hpp"

namespace xor_example {

using namespace gradtable;

Parameters given_solution() {
  return {.W = Array::of<double>({2, 2}, {1, 1, 1, 1}),
          .c = Array::of<double>({2}, {0, -1}),
          .w = Array::of<double>({2, 1}, {1, -2}),
          .b = Array::of<double>({1}, {0})};
}

Parameters beside_the_solution() {
  Parameters beside = given_solution();
  beside.w = Array::of<double>({2, 1}, {1, -1});
  return beside;
}

Parameters random_parameters(std::uint64_t seed) {
  Random random(seed);
  Parameters start{.W = zeros({2, 2}, DType::float64),
                   .c = zeros({2}, DType::float64),
                   .w = zeros({2, 1}, DType::float64),
                   .b = zeros({1}, DType::float64)};
  for (double& weight : start.W.as<double>()) weight = random.normal();
  for (double& weight : start.w.as<double>()) weight = random.normal();
  return start;
}

XorNetwork build(Graph& graph, const Parameters& parameters) {
  XorNetwork net;
  net.x = graph.constant(Array::of<double>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1})).named("x");
  const Tensor t = graph.constant(Array::of<double>({4, 1}, {0, 1, 1, 0})).named("t");
  net.W = graph.parameter("W", parameters.W);
  net.c = graph.parameter("c", parameters.c);
  net.w = graph.parameter("w", parameters.w);
  net.b = graph.parameter("b", parameters.b);
  net.hidden = relu(add_bias(matmul(net.x, net.W).named("u"), net.c).named("a")).named("h");
  net.y = add_bias(matmul(net.hidden, net.w).named("v"), net.b).named("y");
  net.loss = mean(square(net.y - t)).named("loss");
  return net;
}

std::optional<int> learn(Graph& graph, const XorNetwork& net, double learning_rate, int most) {
  constexpr double kLearned = 1e-10;
  const GradTable table = build_grad(net.loss, {net.W, net.c, net.w, net.b});
  Program step =
      compile(graph, {.outputs = {net.loss}, .updates = sgd(table, learning_rate), .finite = {net.loss}});
  for (int i = 0; i < most; ++i) {
    step.run();
    if (step.value(net.loss).item() < kLearned) return i;
  }
  return std::nullopt;
}

}  // namespace xor_example
