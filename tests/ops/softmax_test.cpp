#include "gradtable/ops/softmax.hpp"

#include <cmath>
#include <limits>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include "tests/ops/formulas.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using testing::expect_error;

class Softmax : public ::testing::Test {
 protected:
  Graph g;
};

TEST_F(Softmax, RefusesNothingToChooseFrom) {
  expect_error<ShapeError>([&] { softmax(g.constant(1)); }, "softmax: expected no axes for a scalar, got -1");
  const Tensor empty = g.input("e", {2, 0});
  expect_error<ShapeError>([&] { log_softmax(empty); },
                           "log_softmax: expected at least 1 number along axis -1, got (2,0)");
  EXPECT_EQ(softmax(empty, 0).shape(), (Shape{2, 0}));
}

TEST_F(Softmax, RefusesIntegersAndAxesThatAreNotThere) {
  const Tensor x = g.input("x", {2, 3}), labels = g.input("labels", {2, 3}, DType::int32);
  const std::string integers = "expected float32 or float64, got int32 (2,3)";
  expect_error<ShapeError>([&] { softmax(labels); }, "softmax: " + integers);
  expect_error<ShapeError>([&] { log_softmax(labels); }, "log_softmax: " + integers);
  expect_error<ShapeError>([&] { softmax(x, 2); }, "softmax: expected axes from -2 to 1, got 2");
  expect_error<ShapeError>([&] { log_softmax(x, -3); }, "log_softmax: expected axes from -2 to 1, got -3");
}

TEST_F(Softmax, MakesOneNodeOfTheSameAxisFromEitherEnd) {
  const Tensor x = g.input("x", {2, 3, 4});
  EXPECT_EQ(softmax(x, 2), softmax(x));
  EXPECT_EQ(log_softmax(x, 0), log_softmax(x, -3));
  EXPECT_NE(softmax(x, 1), softmax(x));
}

// Rows and columns of the same numbers, also where exp alone would overflow or leave nothing.
TEST_F(Softmax, GivesColumnsWhatItGivesRows) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    const double tolerance = dtype == DType::float32 ? 1e-6 : 1e-14;
    for (const double size : {1.0, 1e4}) {
      const Array scores = testing::mapped(testing::numbers({150, 37}), [&](double v) { return size * v; });
      const Tensor x = g.constant(cast(scores, dtype));
      EXPECT_TRUE(close_to(evaluate(transpose(softmax(transpose(x), 0))), evaluate(softmax(x)), tolerance));
      EXPECT_TRUE(
          close_to(evaluate(transpose(log_softmax(transpose(x), 0))), evaluate(log_softmax(x)), tolerance));
    }
  }
}

TEST_F(Softmax, LeavesNothingForMinusInfinity) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor x = g.constant(Array::of<double>({2, 2}, {-inf, 3, -inf, 3}));
  const Array expected = Array::of<double>({2, 2}, {0, 1, 0, 1});
  EXPECT_TRUE(testing::same_bits(evaluate(softmax(x)), expected));
  const Array columns = evaluate(softmax(x, 0));
  EXPECT_TRUE(std::isnan(columns.as<double>()[0]) && std::isnan(columns.as<double>()[2]));
  EXPECT_EQ(columns.as<double>()[1], 0.5);
}

}  // namespace
}  // namespace gradtable
