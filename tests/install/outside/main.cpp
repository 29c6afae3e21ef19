#include <gradtable/gradtable.hpp>

int main() {
  gradtable::Graph g;
  const gradtable::Tensor x = g.parameter("x", gradtable::full({}, 3));
  const gradtable::Tensor y = x * x;
  const double slope = gradtable::evaluate(gradtable::build_grad(y, {x})[x]).item();
  return slope == 6 ? 0 : 1;
}
