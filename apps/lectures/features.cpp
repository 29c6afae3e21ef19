// Hildesheim, "Nonlinear Mapping": f(x) = (x + 1)^2 is linear in the features (x, x^2).
#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

namespace {

void descend(Graph& graph, const Tensor& loss, const std::vector<Tensor>& parameters, double rate,
             int steps) {
  Program step = compile(graph, {.outputs = {loss},
                                 .updates = sgd(build_grad(loss, parameters), rate),
                                 .finite = {loss},
                                 .threads = 1});
  for (int i = 0; i < steps; ++i) step.run();
}

}  // namespace

void features(Answer& answer) {
  constexpr std::int64_t kCount = 201;
  // [features]
  Graph graph;
  const Tensor x = graph.constant(grid(-2, 2, kCount, {kCount, 1}));
  const Tensor f = square(x + 1);
  const Sequential line(graph, {1}, fcnn({1}), {.dtype = DType::float64, .prefix = "line "});
  const Sequential given(graph, {2}, fcnn({1}), {.dtype = DType::float64, .prefix = "given "});
  const Sequential learned(graph, {1}, fcnn({16, 1}), {.dtype = DType::float64, .prefix = "learned "});
  const Tensor phi = concat({x, square(x)}, 1);
  const Tensor y_line = line(x), y_given = given(phi), y_learned = learned(x);
  descend(graph, mean(square(y_line - f)), line.parameters(), 0.1, 1000);
  descend(graph, mean(square(y_given - f)), given.parameters(), 0.1, 1000);
  descend(graph, mean(square(y_learned - f)), learned.parameters(), 0.02, 20000);
  // [/features]

  answer.print("{:<30}{:>14}   {}\n", "features", "mean error^2", "what is learned");
  const auto row = [&](const char* name, const Tensor& y, const std::string& what) {
    answer.print("{:<30}{:>14.6f}   {}\n", name, rounded(evaluate(mean(square(y - f))).item(), 6), what);
  };
  const std::vector<double> w = numbers(line.parameters()[0]), v = numbers(given.parameters()[0]);
  const double b = evaluate(line.parameters()[1]).item(), c = evaluate(given.parameters()[1]).item();
  row("x", y_line, fmt::format("{:.4f} x + {:.4f}", w[0], b));
  row("x, x^2, made by hand", y_given, fmt::format("{:.4f} x + {:.4f} x^2 + {:.4f}", v[0], v[1], c));
  row("16 ReLU units of x, learned", y_learned, fmt::format("{} parameters", learned.parameter_count()));

  Curve dots{"x, x^2", 0, {}, false};
  const std::vector<double> at = numbers(x), fitted = numbers(y_given);
  for (std::size_t i = 0; i < at.size(); i += 10) dots.points.push_back({at[i], rounded(fitted[i], 9)});
  answer.plot("features", {.title = "(x + 1)^2 from features of x",
                           .x_name = "x",
                           .curves = {curve("x", 1, at, numbers(y_line)),
                                      curve("16 ReLU units", 2, at, numbers(y_learned)), dots}});
}

}  // namespace lectures
