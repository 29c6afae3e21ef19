// Hildesheim, figures 7 to 10: the algorithms of back-propagation, line by line.
#include <algorithm>

#include "apps/lectures/questions.hpp"
#include <fmt/ranges.h>

namespace lectures {

using namespace gradtable;

namespace {

void print_forward(Answer& answer, const std::vector<Tensor>& u) {
  answer.print("Figure 7: u(i) <- f(i)(A(i))\n\n{:>4}  {:<8}{:<12}{:>6}\n", "i", "f(i)", "A(i)", "u(i)");
  for (std::size_t i = 0; i < u.size(); ++i) {
    std::vector<std::string> parents;
    for (const Tensor& parent : get_inputs(u[i], u[i].graph())) parents.push_back(parent.label());
    const Op* op = get_operation(u[i]);
    answer.print("{:>4}  {:<8}{:<12}{:>6}\n", i + 1, op ? op->name() : "input",
                 fmt::format("{}", fmt::join(parents, ", ")), evaluate(u[i]).item());
  }
}

// The line of one u(j): every consumer's part, and their sum.
void print_entry(Answer& answer, const std::vector<Tensor>& u, const GradTable& table, std::size_t j) {
  std::vector<std::string> parts, values;
  for (const Tensor& c : get_consumers(u[j], u[j].graph())) {
    if (std::ranges::find(u, c) == u.end()) continue;  // a node of a gradient
    const std::vector<Tensor> inputs = get_inputs(c, c.graph());
    const auto place = static_cast<std::size_t>(std::ranges::find(inputs, u[j]) - inputs.begin());
    const Tensor part = get_operation(c)->bprop(inputs, c, table[c], place);
    parts.push_back(fmt::format("grad_table[{}] d{}/d{}", c.label(), c.label(), u[j].label()));
    values.push_back(fmt::format("{}", evaluate(part).item()));
  }
  if (parts.empty())
    answer.print("{:>4}  1\n", j + 1);
  else
    answer.print("{:>4}  {}{} = {}\n", j + 1, fmt::join(parts, " + "),
                 parts.size() > 1 ? fmt::format(" = {}", fmt::join(values, " + ")) : "",
                 evaluate(table[u[j]]).item());
}

}  // namespace

void figures_7_8(Answer& answer) {
  // [graph]
  Graph graph;
  const Tensor u1 = graph.parameter("u1", full({}, 2, DType::float64));
  const Tensor u2 = graph.parameter("u2", full({}, 3, DType::float64));
  const Tensor u3 = (u1 * u2).named("u3");
  const Tensor u4 = (u1 + u3).named("u4");
  const Tensor u5 = (u3 * u4).named("u5");
  const std::vector<Tensor> u = {u1, u2, u3, u4, u5};
  const GradTable table = build_grad(u5, u);
  // [/graph]
  print_forward(answer, u);
  answer.print("\nFigure 8: grad_table[u(j)] <- sum over i of grad_table[u(i)] du(i)/du(j)\n\n{:>4}\n", "j");
  for (std::size_t j = u.size(); j-- > 0;) print_entry(answer, u, table, j);
}

void figures_9_10(Answer& answer) {
  constexpr double lambda = 0.1;
  constexpr std::size_t l = 3;
  const std::vector<std::int64_t> widths = {4, 5, 3, 2};
  Graph graph;
  Random random(1);
  // [figure_9]
  std::vector<Tensor> W(l + 1), b(l + 1), h(l + 1);
  h[0] = graph.constant(kaiming_uniform({6, widths[0]}, random, DType::float64));
  const Tensor t = graph.constant(kaiming_uniform({6, widths[l]}, random, DType::float64));
  Tensor penalty;
  for (std::size_t k = 1; k <= l; ++k) {
    W[k] = graph.parameter(fmt::format("W{}", k),
                           xavier_uniform({widths[k - 1], widths[k]}, random, DType::float64));
    b[k] = graph.parameter(fmt::format("b{}", k), full({widths[k]}, 0.1, DType::float64));
    h[k] = tanh(add_bias(matmul(h[k - 1], W[k]), b[k]));
    penalty = k == 1 ? sum(square(W[k])) / 2 : penalty + sum(square(W[k])) / 2;
  }
  const Tensor J = sum(square(h[l] - t)) / 2 + lambda * penalty;  // L + lambda Omega
  // [/figure_9]
  // [figure_10]
  std::vector<Tensor> g(l + 1), db(l + 1), dW(l + 1);
  Tensor dh = h[l] - t;
  for (std::size_t k = l; k >= 1; --k) {
    g[k] = dh * (1 - square(h[k]));  // times f'(a), f = tanh
    db[k] = sum(g[k], {0});
    dW[k] = matmul(h[k - 1], g[k], Transpose::yes) + lambda * W[k];
    dh = matmul(g[k], W[k], Transpose::no, Transpose::yes);
  }
  // [/figure_10]
  std::vector<Tensor> targets(W.begin() + 1, W.end());
  targets.insert(targets.end(), b.begin() + 1, b.end());
  const GradTable table = build_grad(J, targets);
  answer.print("J = {:.6f}\n\n{:>3}{:>10}{:>12}{:>12}{:>22}\n", evaluate(J).item(), "k", "|g|", "|dJ/db|",
               "|dJ/dW|", "build_grad differs");
  for (std::size_t k = l; k >= 1; --k) {
    const double difference = std::max(evaluate(max(abs(dW[k] - table[W[k]]))).item(),
                                       evaluate(max(abs(db[k] - table[b[k]]))).item());
    answer.print("{:>3}{:>10.4f}{:>12.4f}{:>12.4f}{:>22.12f}\n", k, evaluate(norm(g[k])).item(),
                 evaluate(norm(db[k])).item(), evaluate(norm(dW[k])).item(), rounded(difference, 12));
  }
}

}  // namespace lectures
