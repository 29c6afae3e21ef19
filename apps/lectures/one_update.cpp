// Hildesheim, "Motivating Back-propagation": one gradient descent update of W_21 with a learning rate of 0.5.
#include "apps/lectures/questions.hpp"
#include "apps/xor/network.hpp"

namespace lectures {

using namespace gradtable;

namespace {

void print_points(Answer& answer, const xor_example::XorNetwork& net) {
  const std::vector<double> x = numbers(net.x), h = numbers(net.hidden), y = numbers(net.y);
  const std::vector<double> t = {0, 1, 1, 0};
  answer.print("  x1  x2     h1     h2      y   t  (y - t)^2\n");
  for (std::size_t n = 0; n < 4; ++n)
    answer.print("{:>4}{:>4}{:>7}{:>7}{:>7}{:>4}{:>11}\n", x[2 * n], x[2 * n + 1], h[2 * n], h[2 * n + 1],
                 y[n], t[n], (y[n] - t[n]) * (y[n] - t[n]));
}

// J for every value of W21.
std::vector<double> losses(Graph& graph, const xor_example::XorNetwork& net,
                           std::span<const double> weights) {
  Program loss = compile(graph, {.outputs = {net.loss}});
  std::vector<double> values;
  for (const double weight : weights) {
    graph.set_value(net.W, Array::of<double>({2, 2}, {1, 1, weight, 1}));
    loss.run();
    values.push_back(loss.value(net.loss).item());
  }
  return values;
}

}  // namespace

void one_update(Answer& answer) {
  // [network]
  Graph graph;
  const xor_example::XorNetwork net = xor_example::build(graph, {.W = Array::of<double>({2, 2}, {1, 1, 1, 1}),
                                                                 .c = Array::of<double>({2}, {0, -1}),
                                                                 .w = Array::of<double>({2, 1}, {1, -1}),
                                                                 .b = Array::of<double>({1}, {0})});
  const GradTable table = build_grad(net.loss, {net.y, net.hidden, net.W});
  // [/network]
  print_points(answer, net);
  const double before = evaluate(net.loss).item();
  const std::vector<double> dy = numbers(table[net.y]), dh = numbers(table[net.hidden]),
                            dW = numbers(table[net.W]);
  answer.print("J = {}, the mean\n\nBackwards, for the point (1, 1), the only one with an error:\n", before);
  answer.print("  dJ/dy   = 2/4 (y - t)   = {}\n", dy[3]);
  answer.print("  dJ/dh1  = dJ/dy w1      = {}\n", dh[6]);
  answer.print("  dJ/dW21 = dJ/dh1 g' x2  = {}, where g' = 1, as h1 > 0\n", dW[2]);
  const std::vector<double> around = losses(graph, net, std::vector<double>{1 + 1e-6, 1 - 1e-6});
  answer.print("  by central differences    {:.6f}\n\n", (around[0] - around[1]) / 2e-6);

  const double weight = 1 - 0.5 * dW[2];
  graph.set_value(net.W, Array::of<double>({2, 2}, {1, 1, weight, 1}));
  answer.print("W21 <- 1 - 0.5 * {} = {}\n\n", dW[2], weight);
  print_points(answer, net);
  const double after = evaluate(net.loss).item();
  answer.print("J = {} -> {}\n", before, after);

  const Array weights = grid(0, 2, 201, {201});
  const auto w21 = weights.as<double>();
  std::vector<double> tangent;
  for (const double w : w21) tangent.push_back(before + dW[2] * (w - 1));
  const std::vector<double> step = {1, weight}, at = {before, after};
  Curve update = curve("the update", 2, step, at);
  update.line = false;
  answer.plot("one_update", {.title = "J by the weight W21",
                             .x_name = "W21",
                             .x_step = 0,
                             .curves = {curve("J", 0, w21, losses(graph, net, w21)),
                                        curve("slope 0.5", 1, w21, tangent), update}});
}

}  // namespace lectures
