#include "gradtable/ops/elementwise.hpp"

#include <cmath>
#include <utility>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

const Array kX = numbers({2, 3});
const Array kPositive = positive({2, 3});

// What the row says of its op, and where it is smooth.
struct About {
  std::string function, formula, derivative;
  Smoothness smooth = Smoothness::third;
  bool linear = false;
  std::vector<std::string> onnx = {};
};

OpRow row(const About& about, Call f, const std::function<double(double)>& formula, const Array& x = kX) {
  const OpCase c{about.function, std::move(f), {x}, mapped(x, formula), true, true};
  return {about.function, about.formula, about.derivative, {c}, {{{{DType::int32, {2}}}}},
          about.smooth,   about.linear,  about.onnx};
}

}  // namespace

Rows elementwise_rows() {
  return {
      row(
          {"neg", "y = -x", "-G", Smoothness::third, true, {"Neg"}}, [](Inputs x) { return neg(x[0]); },
          [](double x) { return -x; }),
      row(
          {"scale", "y = c x", "c G", Smoothness::third, true}, [](Inputs x) { return scale(x[0], -2.5); },
          [](double x) { return -2.5 * x; }),
      row(
          {"square", "y = x^2", "2 x G"}, [](Inputs x) { return square(x[0]); },
          [](double x) { return x * x; }),
      row(
          {"exp", "y = e^x", "y G", Smoothness::third, false, {"Exp"}}, [](Inputs x) { return exp(x[0]); },
          [](double x) { return std::exp(x); }),
      row(
          {"log", "y = ln x", "G / x", Smoothness::third, false, {"Log"}}, [](Inputs x) { return log(x[0]); },
          [](double x) { return std::log(x); }, kPositive),
      row(
          {"tanh", "y = tanh x", "(1 - y^2) G", Smoothness::third, false, {"Tanh"}},
          [](Inputs x) { return tanh(x[0]); }, [](double x) { return std::tanh(x); }),
      row(
          {"sigmoid", "y = 1 / (1 + e^-x)", "y (1 - y) G", Smoothness::third, false, {"Sigmoid"}},
          [](Inputs x) { return sigmoid(x[0]); }, [](double x) { return 1 / (1 + std::exp(-x)); }),
      row(
          {"relu", "y = max(0, x)", "G where x > 0, else 0", Smoothness::third, false, {"Relu"}},
          [](Inputs x) { return relu(x[0]); }, [](double x) { return x > 0 ? x : 0; }),
      row(
          {"heaviside", "y = 1 where x > 0, else 0", "0"}, [](Inputs x) { return heaviside(x[0]); },
          [](double x) { return x > 0 ? 1 : 0; }),
  };
}

}  // namespace gradtable::testing
