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
          {"abs", "y = |x|", "sign(x) G", Smoothness::third, false, {"Abs"}},
          [](Inputs x) { return abs(x[0]); }, [](double x) { return x < 0 ? -x : x; }),
      row(
          {"square", "y = x^2", "2 x G"}, [](Inputs x) { return square(x[0]); },
          [](double x) { return x * x; }),
      row(
          {"exp", "y = e^x", "y G", Smoothness::third, false, {"Exp"}}, [](Inputs x) { return exp(x[0]); },
          [](double x) { return std::exp(x); }),
      row(
          {"expm1", "y = e^x - 1", "e^x G"}, [](Inputs x) { return expm1(x[0]); },
          [](double x) { return std::expm1(x); }),
      row(
          {"log", "y = ln x", "G / x", Smoothness::third, false, {"Log"}}, [](Inputs x) { return log(x[0]); },
          [](double x) { return std::log(x); }, kPositive),
      row(
          {"log1p", "y = ln(1 + x)", "G / (1 + x)"}, [](Inputs x) { return log1p(x[0]); },
          [](double x) { return std::log1p(x); }, kPositive),
      row(
          {"sin", "y = sin x", "G cos x", Smoothness::third, false, {"Sin"}},
          [](Inputs x) { return sin(x[0]); }, [](double x) { return std::sin(x); }),
      row(
          {"cos", "y = cos x", "-G sin x", Smoothness::third, false, {"Cos"}},
          [](Inputs x) { return cos(x[0]); }, [](double x) { return std::cos(x); }),
      row(
          {"tanh", "y = tanh x", "(1 - y^2) G", Smoothness::third, false, {"Tanh"}},
          [](Inputs x) { return tanh(x[0]); }, [](double x) { return std::tanh(x); }),
      row(
          {"erf",
           "y = 2 / sqrt(pi) times the integral of e^(-t^2) for t from 0 to x",
           "2 / sqrt(pi) e^(-x^2) G",
           Smoothness::third,
           false,
           {"Erf"}},
          [](Inputs x) { return erf(x[0]); }, [](double x) { return std::erf(x); }),
      row(
          {"sigmoid", "y = 1 / (1 + e^-x)", "y (1 - y) G", Smoothness::third, false, {"Sigmoid"}},
          [](Inputs x) { return sigmoid(x[0]); }, [](double x) { return 1 / (1 + std::exp(-x)); }),
  };
}

}  // namespace gradtable::testing
