// Hildesheim, figures 5, 6 and 11: computational graphs, as write_dot draws them.
#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

namespace {

Array vector(std::initializer_list<double> values) {
  return Array::of<double>({static_cast<std::int64_t>(values.size())}, values);
}

// The chain z = f(f(f(w))) with f(x) = x^2 and w = 2.
struct Squares {
  Graph graph;
  Tensor w = graph.parameter("w", full({}, 2, DType::float64));
  Tensor x = square(w).named("x");
  Tensor y = square(x).named("y");
  Tensor z = square(y).named("z");
};

}  // namespace

void figure_5(Answer& answer) {
  {
    // [product]
    Graph graph;
    const Tensor x = graph.parameter("x", full({}, 2, DType::float64));
    const Tensor y = graph.parameter("y", full({}, 3, DType::float64));
    const Tensor z = (x * y).named("z");
    // [/product]
    answer.print("a) z = x y                      z = {}\n", evaluate(z).item());
    answer.draw("figure_5a", graph, {z});
  }
  {
    // [logistic]
    Graph graph;
    const Tensor x = graph.parameter("x", vector({1, 2}));
    const Tensor w = graph.parameter("w", vector({0.5, -0.25}));
    const Tensor b = graph.parameter("b", full({}, 0.5, DType::float64));
    const Tensor y = sigmoid(dot(x, w) + b).named("y");
    // [/logistic]
    answer.print("b) y = sigmoid(x^T w + b)       y = {:.4f}\n", evaluate(y).item());
    answer.draw("figure_5b", graph, {y});
  }
  {
    // [layer]
    Graph graph;
    const Tensor X = graph.parameter("X", Array::of<double>({2, 2}, {1, 2, 3, 4}));
    const Tensor W = graph.parameter("W", Array::of<double>({2, 2}, {1, -1, 0, 1}));
    const Tensor b = graph.parameter("b", vector({0, -2}));
    const Tensor H = relu(add_bias(matmul(X, W), b)).named("H");
    // [/layer]
    const std::vector<double> h = numbers(H);
    answer.print("c) H = max(0, X W + b)          H = [[{}, {}], [{}, {}]]\n", h[0], h[1], h[2], h[3]);
    answer.draw("figure_5c", graph, {H});
  }
  {
    // [penalty]
    Graph graph;
    const Tensor x = graph.parameter("x", vector({1, 2}));
    const Tensor w = graph.parameter("w", vector({0.5, -0.25}));
    const Tensor y = dot(x, w).named("y");
    const Tensor u = (0.5 * sum(square(w))).named("u");  // lambda = 0.5
    // [/penalty]
    answer.print("d) y = x^T w, u = lambda |w|^2  y = {}, u = {}\n", evaluate(y).item(), evaluate(u).item());
    answer.draw("figure_5d", graph, {y, u});
  }
}

void figure_6(Answer& answer) {
  Squares s;
  answer.print("w = {}, x = f(w) = {}, y = f(x) = {}, z = f(y) = {}\n", evaluate(s.w).item(),
               evaluate(s.x).item(), evaluate(s.y).item(), evaluate(s.z).item());
  // [chain]
  const Tensor f_y = build_grad(s.z, {s.y})[s.y];  // f'(f(f(w)))
  const Tensor f_x = build_grad(s.y, {s.x})[s.x];  // f'(f(w))
  const Tensor f_w = build_grad(s.x, {s.w})[s.w];  // f'(w)
  const Tensor dz = build_grad(s.z, {s.w})[s.w];
  // [/chain]
  answer.print("f'(f(f(w))) f'(f(w)) f'(w) = {} * {} * {} = {}\n", evaluate(f_y).item(), evaluate(f_x).item(),
               evaluate(f_w).item(), evaluate(f_y * f_x * f_w).item());
  answer.print("dz/dw of build_grad        = {}\n", evaluate(dz).item());
  Squares drawn;
  answer.draw("figure_6", drawn.graph, {drawn.z});
}

void figure_11(Answer& answer) {
  Squares s;
  const std::size_t forward = s.graph.size();
  // [symbols]
  const Tensor dz = build_grad(s.z, {s.w})[s.w];  // nodes of the same graph
  const std::size_t first = s.graph.size();
  const Tensor d2z = build_grad(dz, {s.w})[s.w];  // which is differentiated again
  const std::size_t second = s.graph.size();
  // [/symbols]
  answer.print("{:<10}{:>8}{:>8}\n", "", "value", "nodes");
  answer.print("{:<10}{:>8}{:>8}\n", "z", evaluate(s.z).item(), forward);
  answer.print("{:<10}{:>8}{:>8}\n", "dz/dw", evaluate(dz).item(), first);
  answer.print("{:<10}{:>8}{:>8}\n", "d2z/dw2", evaluate(d2z).item(), second);
  answer.print("By hand: z = w^8, 8 w^7 = {}, 56 w^6 = {}\n", 8 * 128, 56 * 64);
  answer.draw("figure_11", s.graph, {s.z, dz});
}

}  // namespace lectures
