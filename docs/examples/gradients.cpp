// Gradients are nodes: they are evaluated, differentiated again and checked like everything else.
#include <cmath>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

int main() {
  // [second_derivative]
  Graph g;
  const Tensor x = g.parameter("x", full({}, 2, DType::float64));
  const Tensor y = x * x * x;
  const Tensor dy = build_grad(y, {x})[x];    // 3 x^2
  const Tensor d2y = build_grad(dy, {x})[x];  // 6 x
  std::cout << evaluate(y).item() << ' ' << evaluate(dy).item() << ' ' << evaluate(d2y).item() << '\n';
  // [/second_derivative]

  // [hessian_vector_product]
  // H v, without ever making the matrix H.
  const Tensor w = g.parameter("w", Array::of<double>({3}, {1, 2, 3}));
  const Tensor v = g.input("v", {3}, DType::float64);
  const Tensor z = sum(exp(w)) + square(sum(w));
  const Tensor hv = hvp(z, {w}, {v})[0];  // e^w v + 2 sum(v)
  const Array direction = Array::of<double>({3}, {1, 0, -1});
  const Array product = evaluate(hv, {{v, direction}});
  for (const double element : product.as<double>()) std::cout << element << ' ';
  std::cout << '\n';
  // [/hessian_vector_product]

  // [check]
  const auto f = [](const std::vector<Tensor>& in) { return softmax(matmul(in[0], in[1])); };
  const Array a = Array::of<double>({2, 3}, {0.3, -1.2, 0.8, 1.1, 0.4, -0.6});
  const Array b = Array::of<double>({3, 2}, {-0.7, 0.9, 0.2, 1.3, -0.4, 0.5});
  const CheckGradResult result = check_grad(f, {a, b});  // first and second derivatives
  std::cout << (result.passed ? "passed" : result.message) << '\n';
  // [/check]
  const bool right = evaluate(d2y).item() == 12 && std::abs(product.as<double>()[0] - std::exp(1.0)) < 1e-12;
  return right && result.passed ? 0 : 1;
}
