#include "gradtable/ops/activations.hpp"

#include <cmath>
#include <numbers>
#include <utility>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

const Array kX = numbers({2, 3});

OpCase activation(std::string name, Call f, const std::function<double(double)>& formula) {
  return {std::move(name), std::move(f), {kX}, mapped(kX, formula), true, true};
}

OpRow row(OpRow about, const Cases& cases) {
  about.cases = cases;
  about.refused = {{{{DType::int32, {2}}}}};
  about.smooth = Smoothness::third;
  return about;
}

}  // namespace

Rows activation_rows() {
  return {
      row({.function = "sign",
           .formula = "y = 1 where x > 0, -1 where x < 0, else x",
           .derivative = "0",
           .onnx = {"Sign"}},
          {activation(
              "sign", [](Inputs x) { return sign(x[0]); }, [](double x) { return x > 0 ? 1 : -1; })}),
      row({.function = "heaviside", .formula = "y = 1 where x > 0, else 0", .derivative = "0"},
          {activation(
              "heaviside", [](Inputs x) { return heaviside(x[0]); },
              [](double x) { return x > 0 ? 1 : 0; })}),
      row({.function = "relu",
           .formula = "y = max(0, x)",
           .derivative = "G where x > 0, else 0",
           .onnx = {"Relu"}},
          {activation(
              "relu", [](Inputs x) { return relu(x[0]); }, [](double x) { return x > 0 ? x : 0; })}),
      row({.function = "leaky_relu",
           .formula = "y = x where x > 0, else slope x",
           .derivative = "G where x > 0, else slope G",
           .onnx = {"LeakyRelu"}},
          {activation(
               "leaky_relu", [](Inputs x) { return leaky_relu(x[0]); },
               [](double x) { return x > 0 ? x : 0.01 * x; }),
           activation(
               "leaky_relu steep", [](Inputs x) { return leaky_relu(x[0], -1.5); },
               [](double x) { return x > 0 ? x : -1.5 * x; })}),
      row({.function = "elu",
           .formula = "y = x where x > 0, else alpha (e^x - 1)",
           .derivative = "G where x > 0, else alpha e^x G",
           .onnx = {"Elu"}},
          {activation(
               "elu", [](Inputs x) { return elu(x[0]); },
               [](double x) { return x > 0 ? x : std::exp(x) - 1; }),
           activation(
               "elu alpha", [](Inputs x) { return elu(x[0], 0.3); },
               [](double x) { return x > 0 ? x : 0.3 * (std::exp(x) - 1); })}),
      row({.function = "softplus",
           .formula = "y = ln(1 + e^x)",
           .derivative = "G / (1 + e^-x)",
           .onnx = {"Softplus"}},
          {activation(
              "softplus", [](Inputs x) { return softplus(x[0]); },
              [](double x) { return std::log(1 + std::exp(x)); })}),
      row({.function = "log_sigmoid", .formula = "y = -ln(1 + e^-x)", .derivative = "G / (1 + e^x)"},
          {activation(
              "log_sigmoid", [](Inputs x) { return log_sigmoid(x[0]); },
              [](double x) { return -std::log(1 + std::exp(-x)); })}),
      row({.function = "gelu",
           .formula = "y = x P(x), P(x) = (1 + erf(x / sqrt 2)) / 2",
           .derivative = "(P(x) + x e^(-x^2 / 2) / sqrt(2 pi)) G"},
          {activation(
              "gelu", [](Inputs x) { return gelu(x[0]); },
              [](double x) { return x / 2 * (1 + std::erf(x / std::numbers::sqrt2)); })}),
  };
}

}  // namespace gradtable::testing
