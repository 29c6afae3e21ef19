#include "gradtable/ops/reduction.hpp"

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include "tests/ops/formulas.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/broadcast.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using testing::expect_error;

using Function = Tensor (*)(const Tensor&, std::vector<std::int64_t>, bool, Location);

class Reduction : public ::testing::Test {
 protected:
  Graph g;
  Tensor x = g.input("x", {2, 3}), labels = g.input("labels", {2, 3}, DType::int32),
         nothing = g.input("nothing", {0, 3});
};

TEST_F(Reduction, RefusesIntegers) {
  const std::string sentence = "expected float32 or float64, got int32 (2,3)";
  expect_error<ShapeError>([&] { sum(labels); }, "sum: " + sentence);
  expect_error<ShapeError>([&] { mean(labels); }, "mean: " + sentence);
  expect_error<ShapeError>([&] { max(labels); }, "max: " + sentence);
  expect_error<ShapeError>([&] { logsumexp(labels); }, "logsumexp: " + sentence);
}

TEST_F(Reduction, RefusesAxesThatAreNotThereOrThereTwice) {
  expect_error<ShapeError>([&] { sum(x, {2}); }, "sum: expected axes from -2 to 1, got 2");
  expect_error<ShapeError>([&] { mean(x, {-3}); }, "mean: expected axes from -2 to 1, got -3");
  expect_error<ShapeError>([&] { sum(x, {1, -1}); }, "sum: expected each axis once, got axis 1 twice");
  expect_error<ShapeError>([&] { prod(g.constant(1), {0}); }, "prod: expected no axes for a scalar, got 0");
}

TEST_F(Reduction, RefusesNothingWhereItHasNoResult) {
  const std::string sentence = "expected numbers along the axes, got (0,3)";
  expect_error<ShapeError>([&] { mean(nothing); }, "mean: " + sentence);
  expect_error<ShapeError>([&] { mean(nothing, {0}); }, "mean: " + sentence);
  expect_error<ShapeError>([&] { var(nothing, {0}); }, "var: " + sentence);
  expect_error<ShapeError>([&] { max(nothing); }, "max: " + sentence);
  expect_error<ShapeError>([&] { min(nothing, {0}); }, "min: " + sentence);
  for (const Function f : {mean, max, min})
    EXPECT_EQ(f(nothing, {1}, false, Location::current()).shape(), Shape{0});
  EXPECT_EQ(var(nothing, {1}, true, 7).shape(), (Shape{0, 1}));
}

TEST_F(Reduction, GivesTheNeutralNumberForNothing) {
  const Tensor none = g.constant(Array(DType::float32, {0, 3}));
  EXPECT_TRUE(testing::same_bits(evaluate(sum(none, {0})), zeros({3})));
  EXPECT_TRUE(testing::same_bits(evaluate(prod(none, {0})), full({3}, 1)));
  EXPECT_TRUE(testing::same_bits(evaluate(logsumexp(none, {0})),
                                 full({3}, -std::numeric_limits<double>::infinity())));
}

// One after the other, float32 would stay at 2^24.
TEST_F(Reduction, SumsManyOnesInFloat32) {
  const std::int64_t many = (1 << 24) + 1000;
  EXPECT_EQ(evaluate(sum(broadcast_to(g.constant(1), {many}))).item(), static_cast<double>(many));
}

TEST_F(Reduction, RefusesTheVarianceOfNoMoreNumbersThanTheCorrection) {
  expect_error<ShapeError>([&] { var(x, {0}, false, 2); },
                           "var: expected more than 2 numbers along the axes, got (2,3)");
  EXPECT_EQ(var(x, {0}, false, 1).shape(), Shape{3});
}

TEST_F(Reduction, HasNoVarianceOfSingleNumbersButNaN) {
  const double inf = std::numeric_limits<double>::infinity();
  const Array variances = evaluate(var(g.constant(Array::of<double>({3, 1}, {7, inf, -2})), {1}));
  EXPECT_EQ(variances.as<double>()[0], 0);
  EXPECT_TRUE(std::isnan(variances.as<double>()[1]));
  EXPECT_EQ(variances.as<double>()[2], 0);
}

// The mean of the squares less the square of the mean would have no digit right.
TEST_F(Reduction, KeepsTheVarianceOfNumbersFarFromZero) {
  const Array numbers = Array::of<float>({4, 1}, {100000, 100001, 100002, 100003});
  EXPECT_EQ(evaluate(var(g.constant(numbers))).item(), 1.25);
  EXPECT_EQ(evaluate(var(g.constant(numbers), {0})).item(), 1.25);
}

TEST_F(Reduction, GivesVarianceOneNodeOfTheGraph) {
  EXPECT_EQ(get_operation(var(x, {0}))->name(), "var");
}

}  // namespace
}  // namespace gradtable
