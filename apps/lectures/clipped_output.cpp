// Hildesheim, "Bernoulli Output Distributions": P(y = 1 | x) = max(0, min(1, z)), or sigmoid(z).
#include <cmath>
#include <limits>

#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

namespace {

// J = -ln P(y = 1 | z), for each z.
struct Output {
  std::vector<double> P, J, dJ;
};

Output clipped(const Array& scores) {
  // [clipped]
  Graph graph;
  const Tensor z = graph.parameter("z", scores);
  const Tensor P = clip(z, 0, 1);
  const Tensor J = -log(P);
  const Tensor dJ = build_grad(sum(J), {z})[z];
  // [/clipped]
  return {numbers(P), numbers(J), numbers(dJ)};
}

Output logits(const Array& scores) {
  // [logits]
  Graph graph;
  const Tensor z = graph.parameter("z", scores);
  const Tensor P = sigmoid(z);
  const Tensor J = softplus(-z);  // -ln sigmoid(z)
  const Tensor dJ = build_grad(sum(J), {z})[z];
  // [/logits]
  return {numbers(P), numbers(J), numbers(dJ)};
}

// z after steps of gradient descent from -1, for y = 1.
double learned(bool is_clipped, int steps) {
  Graph graph;
  const Tensor z = graph.parameter("z", full({}, -1, DType::float64));
  const Tensor J = is_clipped ? -log(clip(z, 0, 1)) : softplus(-z);
  Program step = compile(graph, {.outputs = {J}, .updates = sgd(build_grad(J, {z}), 0.5)});
  for (int i = 0; i < steps; ++i) step.run();
  return graph.value(z).item();
}

// Where a chart would lose what matters, nothing.
std::vector<double> above(double low, std::vector<double> values) {
  for (double& value : values)
    if (value < low) value = std::numeric_limits<double>::quiet_NaN();
  return values;
}

}  // namespace

void clipped_output(Answer& answer) {
  const Array few = Array::of<double>({6}, {-2, -1, 0.25, 0.75, 2, 4});
  const Output a = clipped(few), b = logits(few);
  answer.print("{:>24}{:>31}\n", "clipped", "sigmoid");
  answer.print("{:>5}{:>10}{:>9}{:>9}{:>13}{:>9}{:>9}\n", "z", "P(y = 1)", "J", "dJ/dz", "P(y = 1)", "J",
               "dJ/dz");
  for (std::size_t i = 0; i < a.P.size(); ++i)
    answer.print("{:>5}{:>10.4f}{:>9.4f}{:>9.4f}{:>13.4f}{:>9.4f}{:>9.4f}\n", few.as<double>()[i], a.P[i],
                 rounded(a.J[i]), rounded(a.dJ[i]), b.P[i], b.J[i], b.dJ[i]);
  answer.print("\nFrom z = -1, where y = 1, after 100 steps with rate 0.5:\n");
  answer.print("  clipped  z = {:.4f}\n  sigmoid  z = {:.4f}\n", learned(true, 100), learned(false, 100));

  constexpr std::int64_t kCount = 401;
  const Array z = grid(-4, 4, kCount, {kCount});
  answer.plot("clipped_output",
              {.title = "dJ/dz of J = -ln P(y = 1)",
               .x_name = "z",
               .curves = {broken(curve("clipped", 0, z.as<double>(), above(-4, clipped(z).dJ)), 0.5),
                          curve("sigmoid", 1, z.as<double>(), logits(z).dJ)}});
}

}  // namespace lectures
