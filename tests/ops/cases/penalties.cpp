#include "gradtable/ops/penalties.hpp"

#include <cmath>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

OpCase l1_case(const std::string& special, const Shape& shape) {
  const Array w = numbers(shape);
  return {"l1_penalty" + special,
          [](Inputs in) { return l1_penalty(in[0]); },
          {w},
          summed(mapped(w, [](double v) { return std::abs(v); }), {})};
}

OpCase l2_case(const std::string& special, const Shape& shape) {
  const Array w = numbers(shape);
  return {"l2_penalty" + special,
          [](Inputs in) { return l2_penalty(in[0]); },
          {w},
          summed(mapped(w, [](double v) { return v * v; }), {}, 0.5)};
}

}  // namespace

Rows penalty_rows() {
  const std::vector<Refusal> refused = {{{{DType::int32, {3}}}}};
  return {
      {.function = "l1_penalty",
       .formula = "z = sum_i |w_i|",
       .derivative = "w: G sign(w)",
       .cases = {l1_case("", {3, 4}), l1_case(" of_a_scalar", {}), l1_case(" of_nothing", {0, 3}),
                 l1_case(" one_row", {1, 3}), l1_case(" of_many", {7, 43})},
       .refused = refused},
      {.function = "l2_penalty",
       .formula = "z = 1/2 sum_i w_i^2",
       .derivative = "w: G w",
       .cases = {l2_case("", {3, 4}), l2_case(" of_a_scalar", {}), l2_case(" of_nothing", {0, 3}),
                 l2_case(" one_row", {1, 3}), l2_case(" of_many", {7, 43})},
       .refused = refused,
       .smooth = Smoothness::third},
  };
}

}  // namespace gradtable::testing
