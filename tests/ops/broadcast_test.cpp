#include "gradtable/ops/broadcast.hpp"

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::expect_error;

class Broadcast : public ::testing::Test {
 protected:
  Graph g;
  Tensor x = g.input("x", {2, 3}), labels = g.input("labels", {2, 3}, DType::int32);
};

TEST_F(Broadcast, RefusesShapesThatDoNotFit) {
  expect_error<ShapeError>(
      [&] {
        broadcast_to(x, {2, 4});
      },
      "broadcast_to: expected a shape that broadcasts to (2,4), got (2,3)");
  expect_error<ShapeError>([&] { broadcast_to(x, {3}); },
                           "broadcast_to: expected a shape that broadcasts to (3), got (2,3)");
  expect_error<ShapeError>([&] { sum_to(x, {2}); },
                           "sum_to: expected a shape to which (2) broadcasts, got (2,3)");
  expect_error<ShapeError>(
      [&] {
        sum_to(x, {1, 2, 3});
      },
      "sum_to: expected a shape to which (1,2,3) broadcasts, got (2,3)");
}

TEST_F(Broadcast, RefusesIntegers) {
  const std::string sentence = "expected float32 or float64, got int32 (2,3)";
  expect_error<ShapeError>([&] { sum_to(labels, {3}); }, "sum_to: " + sentence);
}

TEST_F(Broadcast, GivesATensorBackThatHasTheShapeAlready) {
  EXPECT_EQ(broadcast_to(x, {2, 3}), x);
  EXPECT_EQ(sum_to(x, {2, 3}), x);
}

// One after the other, the error would be 2e-4 of the sum.
TEST_F(Broadcast, SumsLongColumnsInFloat32) {
  const Tensor tenths = broadcast_to(g.constant(0.1F), {20000, 3});
  const Array sums = cast(evaluate(sum_to(tenths, {3})), DType::float64);
  for (const double sum : sums.as<double>()) EXPECT_NEAR(sum, 2000, 0.05);
}

TEST_F(Broadcast, FillsATensorOfTheShapeAndTypeOfAnother) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Shape& shape : {Shape{}, Shape{2, 3}, Shape{0}}) {
      const Tensor like = g.constant(full(shape, 7, dtype));
      EXPECT_TRUE(testing::same_bits(evaluate(full_like(like, 2.5)), full(shape, 2.5, dtype)));
      EXPECT_TRUE(testing::same_bits(evaluate(zeros_like(like)), zeros(shape, dtype)));
    }
  }
}

TEST_F(Broadcast, RefusesToFillATensorWithWhatItsTypeDoesNotHave) {
  expect_error<ShapeError>([&] { full_like(labels, 0.5); },
                           "full_like: expected a number that int32 has, got 0.5");
  expect_error<GraphError>([&] { full_like(Tensor(), 1); },
                           "full_like: expected tensors of one graph, got an empty tensor as input 0");
}

TEST_F(Broadcast, DoesNotLetATensorOfAFixedValueDependOnTheOther) {
  EXPECT_THROW(build_grad(sum(full_like(x, 2)), {x}), GradientError);
}

}  // namespace
}  // namespace gradtable
