// Functions of one tensor at numbers where they have a kink, a pole or a limit.
#pragma once

#include <cmath>

#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::testing {

// f(x), or its derivative, of an array full of x, as long as to be computed by vector and by scalar
// instructions; expects all elements to be alike. NaN agrees with NaN.
template <class F>
void expect_value(const F& f, double x, double y) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    Graph g;
    const Array values = cast(evaluate(f(g.constant(full({19}, x, dtype)))), DType::float64);
    for (const double value : values.as<double>())
      EXPECT_TRUE(value == y || (std::isnan(value) && std::isnan(y))) << value << " against " << y;
  }
}

template <class F>
void expect_derivative(const F& f, double x, double derivative) {
  expect_value([&](const Tensor& at) { return build_grad(sum(f(at)), {at})[at]; }, x, derivative);
}

}  // namespace gradtable::testing
