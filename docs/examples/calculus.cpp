// Derivatives of any tensors with respect to any tensors, products with Jacobians, and whole matrices.
#include <cmath>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

namespace {

bool equal(const Tensor& tensor, std::initializer_list<double> expected) {
  const Array values = evaluate(tensor);
  bool same = values.as<double>().size() == expected.size();
  for (std::size_t i = 0; same && i < expected.size(); ++i)
    same = std::abs(values.as<double>()[i] - expected.begin()[i]) < 1e-12;
  for (const double value : values.as<double>()) std::cout << value << ' ';
  std::cout << (same ? "" : "is wrong") << '\n';
  return same;
}

bool gradients_example() {
  // [gradients]
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2}, {1, 2}));
  const Tensor h = square(x), y = h * x;                          // x^2 and x^3
  const std::vector<Tensor> first = gradients({y, h}, {x, h});    // 3 x^2 + 2 x, and x + 1
  const std::vector<Tensor> second = gradients({first[0]}, {x});  // 6 x + 2
  const std::vector<Tensor> third = gradients({second[0]}, {x});  // 6
  // [/gradients]
  return equal(first[0], {5, 16}) && equal(first[1], {2, 3}) && equal(second[0], {8, 14}) &&
         equal(third[0], {6, 6});
}

bool products_example() {
  // [products]
  Graph g;
  const Tensor a = g.constant(Array::of<double>({2, 3}, {1, 2, 3, 4, 5, 6}));
  const Tensor x = g.parameter("x", Array::of<double>({3, 1}, {1, 0, -1}));
  const Tensor y = matmul(a, x);
  const Tensor u = g.constant(Array::of<double>({2, 1}, {1, -1}));
  const Tensor v = g.constant(Array::of<double>({3, 1}, {1, 1, 1}));
  const Tensor row = vjp({y}, {x}, {u})[0];     // A^T u
  const Tensor column = jvp({y}, {x}, {v})[0];  // A v
  // [/products]
  return equal(row, {-3, -3, -3}) && equal(column, {6, 15});
}

bool hvp_example() {
  // [hvp]
  Graph g;
  const Tensor w = g.parameter("w", Array::of<double>({3}, {1, 2, 3}));
  const Tensor v = g.constant(Array::of<double>({3}, {1, 0, -1}));
  const Tensor z = sum(w * w * w) + square(sum(w));
  const Tensor product = hvp(z, {w}, {v})[0];  // 6 w v + 2 sum(v)
  // [/hvp]
  return equal(product, {6, 0, -18});
}

bool matrices_example() {
  // [matrices]
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2}, {1, 2}));
  const Tensor b = g.parameter("b", full({}, 3, DType::float64));
  const Tensor y = square(x) * b;
  const Tensor dy = jacobian(y, x);                     // (2,2): 2 b x on the diagonal
  const Blocks blocks = jacobian({y, sum(x)}, {x, b});  // blocks[0][1]: dy/db = x^2; blocks[1][1]: zero
  const Blocks h = hessian(sum(y), {x, b});             // h[0][1]: 2 x
  // [/matrices]
  return equal(dy, {6, 0, 0, 12}) && equal(blocks[0][1], {1, 4}) && equal(blocks[1][1], {0}) &&
         equal(h[0][1], {2, 4});
}

// y = x^2, with a derivative that somebody got wrong.
class Squared final : public Op {
 public:
  std::string_view name() const override { return "squared"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      for (std::size_t i = 0; const T x : inputs[0].as<T>()) output.as<T>()[i++] = x * x;
    });
  }
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t) const override {
    return gradient * inputs[0];
  }
};

bool audit_example() {
  // [audit]
  Graph g;
  Random random(42);
  const Tensor x = g.input("x", {8, 4});
  const Tensor t = g.input("t", {8}, DType::int32);
  const Tensor W = g.parameter("W", kaiming_uniform({4, 3}, random));
  const Tensor h = apply<Squared>({matmul(x, W)}, Location::current()).named("h");
  const Tensor loss = softmax_cross_entropy(h, t).named("loss");
  const Array points = full({8, 4}, 0.3), classes = zeros({8}, DType::int32);
  const Audit table = audit(g, loss, {{x, points}, {t, classes}});
  std::cout << table;
  // [/audit]
  return !table.passed() && table.count(Verdict::wrong) == 1 && table.rows[1].verdict == Verdict::wrong;
}

bool branches_example() {
  // [branches]
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({3}, {-1, 0, 4}));
  const Tensor y = where(greater(x, 0), log(sqrt(x)), x);
  const Tensor dy = build_grad(sum(y), {x})[x];  // 1, 1, 1/8
  // [/branches]
  return equal(dy, {1, 1, 0.125});
}

bool defined_branches_example() {
  // [defined_branches]
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({3}, {-1, 0, 4}));
  const Tensor defined = where(greater(x, 0), x, 1);
  const Tensor roots = sqrt(defined);  // used outside of the branch as well
  const Tensor y = where(greater(x, 0), log(roots), x) + roots;
  const Tensor dy = build_grad(sum(y), {x})[x];  // 1, 1, 1/8 + 1/4
  // [/defined_branches]
  return equal(dy, {1, 1, 0.375});
}

}  // namespace

int main() {
  const bool right = gradients_example() && products_example() && branches_example() &&
                     defined_branches_example() && hvp_example() && matrices_example() && audit_example();
  return right ? 0 : 1;
}
