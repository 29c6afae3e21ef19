#include "gradtable/ops/powers.hpp"

#include <cmath>

#include "tests/ops/cases/pairs.hpp"
#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

const Array kX = numbers({2, 3});
const Array kPositive = positive({2, 3});

OpCase power(const std::string& special, double exponent, const Array& x) {
  return {"pow" + special,
          [=](Inputs in) { return pow(in[0], exponent); },
          {x},
          mapped(x, [=](double value) { return std::pow(value, exponent); }),
          true,
          true};
}

Cases power_cases() {
  Cases cases = {
      power(" number", 2.5, kPositive), power(" whole_number", 3, kX), power(" negative_number", -2, kX),
      power(" number_0", 0, kX),        power(" number_1", 1, kX),     power(" number_2", 2, kX),
      power(" number_minus_1", -1, kX),
  };
  const Call f = [](Inputs x) { return pow(x[0], x[1]); };
  for (const Pair& pair : broadcast_pairs()) {
    const Array a = positive(pair.a), b = numbers(pair.b, 0.4);
    const Array expected = mapped(a, b, pair.c, [](double x, double y) { return std::pow(x, y); });
    cases.push_back({"pow tensors" + pair.name, f, {a, b}, expected, true, pair.name.empty()});
  }
  return cases;
}

}  // namespace

Rows power_rows() {
  const std::vector<Refusal> integers = {{{{DType::int32, {2}}}}};
  return {
      {.function = "sqrt",
       .formula = "y = sqrt x",
       .derivative = "G / (2 y)",
       .cases = {{"sqrt",
                  [](Inputs x) { return sqrt(x[0]); },
                  {kPositive},
                  mapped(kPositive, [](double x) { return std::sqrt(x); }),
                  true,
                  true}},
       .refused = integers,
       .smooth = Smoothness::third,
       .onnx = {"Sqrt"}},
      {.function = "reciprocal",
       .formula = "y = 1 / x",
       .derivative = "-y^2 G",
       .cases = {{"reciprocal",
                  [](Inputs x) { return reciprocal(x[0]); },
                  {kPositive},
                  mapped(kPositive, [](double x) { return 1 / x; }),
                  true,
                  true}},
       .refused = integers,
       .smooth = Smoothness::third,
       .onnx = {"Reciprocal"}},
      {.function = "pow",
       .formula = "c = a^b, b a tensor or a number",
       .derivative = "a: b a^(b-1) G, b: c ln(a) G",
       .cases = power_cases(),
       .refused = {{{{DType::int32, {2}}}},
                   {{{DType::float64, {2}}, {DType::float32, {2}}}, [](Inputs x) { return pow(x[0], x[1]); }},
                   {{{DType::float64, {2}}, {DType::float64, {3}}},
                    [](Inputs x) { return pow(x[0], x[1]); }}},
       .smooth = Smoothness::third,
       .onnx = {"Pow"}},
  };
}

}  // namespace gradtable::testing
