// Derivatives checked against central differences.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable {

struct CheckGradOptions {
  int order = 2;           // 1: first derivatives; 2: the derivatives of these, too; and so on
  double step = 1e-5;      // each coordinate is moved by step * max(1, |x|), up and down
  double absolute = 1e-7;  // |analytic - numeric| <= absolute + relative * |numeric| for first derivatives,
  double relative = 1e-5;
  double second_order = 1e-4;   // <= second_order * max(1, |numeric|) for second derivatives,
  double third_order = 1e-2;    // and <= third_order * max(1, |numeric|) from the third on
  CompileOptions compile = {};  // threads and passes; what to compute is filled in
};

// For functions that are linear in each element of each input. Central differences with any step are exact
// for them: a step of 1, and 1e-10 for all orders.
CheckGradOptions multilinear();

struct CheckGradResult {
  bool passed = true;
  double largest_error = 0;  // |analytic - numeric| / allowed: at most 1 when passed
  std::string message;       // the worst entry, with both numbers
};

// Compares every entry of the Jacobian of y = f(inputs), as build_grad gives it, with central differences;
// with order 2 then the derivatives of a fixed asymmetric projection of these gradients, and so on for higher
// orders. f is called once, with one tensor for each array, in a graph of its own, and returns a float64
// tensor of any shape. Arrays are float64, or integers, which are constants: ShapeError otherwise. Where none
// is float64 there is nothing to compare. GraphError for an f that gives an empty tensor or one of another
// graph, ConfigError for an order that is not 1 to 16, a step that is not above 0 or a bound below 0.
// Exceptions of f and build_grad pass through.
CheckGradResult check_grad(const std::function<Tensor(const std::vector<Tensor>&)>& f,
                           const std::vector<Array>& inputs, const CheckGradOptions& options = {});

}  // namespace gradtable
