#include "gradtable/ops/stop_gradient.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {

Rows stop_gradient_rows() {
  const Array x = numbers({2, 3}), labels = Array::of<std::int32_t>({3}, {-5, 0, 7});
  const Call f = [](Inputs in) { return stop_gradient(in[0]); };
  return {{.function = "stop_gradient",
           .formula = "y = x",
           .derivative = "none: constant",
           .cases = {{"stop_gradient", f, {x}, x, false, true},
                     {"stop_gradient of_integers", f, {labels}, cast(labels, DType::float64), false}}}};
}

}  // namespace gradtable::testing
