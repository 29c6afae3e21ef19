// ECE408, lecture 11: the functions that "reposition" the output of a node.
#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

void activations(Answer& answer) {
  constexpr std::int64_t kCount = 401;  // the step is 0.02, and the middle is 0
  Chart functions{.title = "y = f(x)", .x_name = "x", .curves = {}};
  Chart derivatives{.title = "dy/dx", .x_name = "x", .curves = {}};
  answer.print("{:<10}{:>4}", "", "x");
  for (const int x : {-4, -2, 0, 2, 4}) answer.print("{:>10}", x);
  answer.print("\n");

  struct Function {
    const char* name;
    Tensor (*f)(const Tensor& x, Location at);
  };
  for (const Function& function : {Function{"sign", sign}, Function{"sigmoid", sigmoid},
                                   Function{"ReLU", relu}, Function{"softplus", softplus}}) {
    // [derivative]
    Graph graph;
    const Tensor x = graph.parameter("x", grid(-4, 4, kCount, {kCount}));
    const Tensor y = function.f(x, Location::current());
    const Tensor dy = build_grad(sum(y), {x})[x];  // y_i depends on x_i alone
    // [/derivative]
    const auto style = static_cast<int>(functions.curves.size());
    functions.curves.push_back(broken(curve(function.name, style, numbers(x), numbers(y)), 0.25));
    derivatives.curves.push_back(broken(curve(function.name, style, numbers(x), numbers(dy)), 0.25));
    for (const auto& [name, values] : {std::pair("y", numbers(y)), std::pair("y'", numbers(dy))}) {
      answer.print("{:<10}{:>4}", name[1] == 0 ? function.name : "", name);
      for (std::size_t i = 0; i <= 400; i += 100) answer.print("{:>10.4f}", values[i]);
      answer.print("\n");
    }
  }
  answer.plot("activations", functions);
  answer.plot("activation_derivatives", derivatives);
}

}  // namespace lectures
