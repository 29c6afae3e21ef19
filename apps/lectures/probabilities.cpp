// ECE408, "How can sigmoid / ReLU produce probabilities?", and the derivative of softmax.
#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

void probabilities(Answer& answer) {
  // [softmax]
  Graph graph;
  const Tensor z = graph.parameter("z", Array::of<double>({3}, {0, 1, 2}));  // outputs of ReLU units
  const Tensor t = graph.constant(Array::of<double>({3}, {0, 1, 0}));        // the second class is right
  const Tensor p = softmax(z);
  const Tensor L = -sum(t * log(p));
  const Tensor dp = jacobian(p, z);  // (3,3), dp_i/dz_j
  const Tensor dL = build_grad(L, {z})[z];
  // [/softmax]
  answer.print("{:>4}{:>5}{:>12}{:>12}{:>11}{:>9}{:>9}{:>6}{:>10}\n", "i", "z", "sigmoid(z)", "p, softmax",
               "dp_i/dz_1", "dz_2", "dz_3", "t", "dL/dz");
  const Tensor s = sigmoid(z), sums = sum(dp, {0});
  for (std::size_t i = 0; i < 3; ++i)
    answer.print("{:>4}{:>5}{:>12.4f}{:>12.4f}{:>11.4f}{:>9.4f}{:>9.4f}{:>6}{:>10.4f}\n", i + 1,
                 numbers(z)[i], numbers(s)[i], numbers(p)[i], numbers(dp)[3 * i], numbers(dp)[3 * i + 1],
                 numbers(dp)[3 * i + 2], numbers(t)[i], numbers(dL)[i]);
  answer.print("{:>4}{:>5}{:>12.4f}{:>12.4f}{:>11.4f}{:>9.4f}{:>9.4f}{:>6}{:>10.4f}\n", "sum", "",
               evaluate(sum(s)).item(), evaluate(sum(p)).item(), rounded(numbers(sums)[0]),
               rounded(numbers(sums)[1]), rounded(numbers(sums)[2]), evaluate(sum(t)).item(),
               rounded(evaluate(sum(dL)).item()));
}

}  // namespace lectures
