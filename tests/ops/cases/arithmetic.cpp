#include "gradtable/ops/arithmetic.hpp"

#include <utility>

#include "tests/ops/cases/pairs.hpp"
#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

const Array kX = numbers({2, 3});
const Array kPositive = positive({2, 3});

// The op on all pairs of shapes; b is positive.
OpRow row(const OpRow& about, const Call& f, const std::function<double(double, double)>& formula) {
  OpRow row = about;
  for (const Pair& pair : broadcast_pairs()) {
    const Array a = numbers(pair.a), b = positive(pair.b, 0.4);
    row.cases.push_back(
        {row.function + pair.name, f, {a, b}, mapped(a, b, pair.c, formula), true, pair.name.empty()});
  }
  row.refused = {{{{DType::float64, {2, 3}}, {DType::float64, {2, 4}}}},
                 {{{DType::float64, {2}}, {DType::float32, {2}}}},
                 {{{DType::int32, {2}}, {DType::int32, {2}}}}};
  return row;
}

OpCase pair_case(std::string name, Call f, const std::function<double(double, double)>& g) {
  return {std::move(name), std::move(f), {kX, kPositive}, mapped(kX, kPositive, kX.shape(), g), true, true};
}

OpCase number_case(std::string name, Call f, const std::function<double(double)>& g) {
  return {std::move(name), std::move(f), {kX}, mapped(kX, g), true, true};
}

}  // namespace

Rows arithmetic_rows() {
  const std::vector<Refusal> two_shapes = {{{{DType::float64, {2, 3}}, {DType::float64, {2, 4}}}}};
  return {
      row(
          {.function = "add",
           .formula = "c = a + b",
           .derivative = "a: G, b: G",
           .smooth = Smoothness::third,
           .multilinear = true,
           .onnx = {"Add"}},
          [](Inputs x) { return add(x[0], x[1]); }, [](double a, double b) { return a + b; }),
      row(
          {.function = "sub",
           .formula = "c = a - b",
           .derivative = "a: G, b: -G",
           .smooth = Smoothness::third,
           .multilinear = true,
           .onnx = {"Sub"}},
          [](Inputs x) { return sub(x[0], x[1]); }, [](double a, double b) { return a - b; }),
      row(
          {.function = "mul",
           .formula = "c = a b",
           .derivative = "a: b G, b: a G",
           .smooth = Smoothness::third,
           .multilinear = true,
           .onnx = {"Mul"}},
          [](Inputs x) { return mul(x[0], x[1]); }, [](double a, double b) { return a * b; }),
      row(
          {.function = "div",
           .formula = "c = a / b",
           .derivative = "a: G / b, b: -c G / b",
           .smooth = Smoothness::third,
           .onnx = {"Div"}},
          [](Inputs x) { return div(x[0], x[1]); }, [](double a, double b) { return a / b; }),
      {.function = "operator+",
       .formula = "as add; one side may be a number",
       .derivative = "as there",
       .cases = {pair_case(
                     "operator+", [](Inputs x) { return x[0] + x[1]; },
                     [](double a, double b) { return a + b; }),
                 number_case(
                     "operator+ number_on_the_left", [](Inputs x) { return 0.3 + x[0]; },
                     [](double x) { return 0.3 + x; }),
                 number_case(
                     "operator+ number_on_the_right", [](Inputs x) { return x[0] + 0.3; },
                     [](double x) { return x + 0.3; })},
       .refused = two_shapes,
       .smooth = Smoothness::third,
       .multilinear = true},
      {.function = "operator-",
       .formula = "as sub; of one tensor, as neg; one side may be a number",
       .derivative = "as there",
       .cases = {pair_case(
                     "operator-", [](Inputs x) { return x[0] - x[1]; },
                     [](double a, double b) { return a - b; }),
                 number_case(
                     "operator- sign", [](Inputs x) { return -x[0]; }, [](double x) { return -x; }),
                 number_case(
                     "operator- number_on_the_left", [](Inputs x) { return 0.3 - x[0]; },
                     [](double x) { return 0.3 - x; }),
                 number_case(
                     "operator- number_on_the_right", [](Inputs x) { return x[0] - 0.3; },
                     [](double x) { return x - 0.3; })},
       .refused = two_shapes,
       .smooth = Smoothness::third,
       .multilinear = true},
      {.function = "operator*",
       .formula = "as mul; with a number, as scale; one side may be a number",
       .derivative = "as there",
       .cases = {pair_case(
                     "operator*", [](Inputs x) { return x[0] * x[1]; },
                     [](double a, double b) { return a * b; }),
                 number_case(
                     "operator* number_on_the_left", [](Inputs x) { return 0.3 * x[0]; },
                     [](double x) { return 0.3 * x; }),
                 number_case(
                     "operator* number_on_the_right", [](Inputs x) { return x[0] * 0.3; },
                     [](double x) { return x * 0.3; })},
       .refused = two_shapes,
       .smooth = Smoothness::third,
       .multilinear = true},
      {.function = "operator/",
       .formula = "as div; one side may be a number",
       .derivative = "as there",
       .cases = {pair_case(
                     "operator/", [](Inputs x) { return x[0] / x[1]; },
                     [](double a, double b) { return a / b; }),
                 number_case(
                     "operator/ number_on_the_left", [](Inputs x) { return 0.3 / x[0]; },
                     [](double x) { return 0.3 / x; }),
                 number_case(
                     "operator/ number_on_the_right", [](Inputs x) { return x[0] / 0.3; },
                     [](double x) { return x / 0.3; })},
       .refused = two_shapes,
       .smooth = Smoothness::third},
  };
}

}  // namespace gradtable::testing
