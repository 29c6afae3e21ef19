#include "gradtable/ops/shaping.hpp"

#include "tests/ops/errors.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using testing::expect_error;

class Shaping : public ::testing::Test {
 protected:
  Graph g;
  Tensor x = g.input("x", {2, 3}), labels = g.input("labels", {2, 3}, DType::int32);
};

TEST_F(Shaping, RefusesAnotherNumberOfElements) {
  expect_error<ShapeError>(
      [&] {
        reshape(x, {4, 2});
      },
      "reshape: expected 8 elements for shape (4,2), got 6 in (2,3)");
}

TEST_F(Shaping, RefusesAxesThatAreNotAPermutation) {
  expect_error<ShapeError>([&] { transpose(x, {0}); }, "transpose: expected 2 axes for shape (2,3), got 1");
  expect_error<ShapeError>([&] { transpose(x, {0, 2}); }, "transpose: expected axes from -2 to 1, got 2");
  expect_error<ShapeError>(
      [&] {
        transpose(x, {1, -1});
      },
      "transpose: expected each axis once, got axis 1 twice");
}

TEST_F(Shaping, RefusesIntegers) {
  expect_error<ShapeError>([&] { reshape(labels, {6}); },
                           "reshape: expected float32 or float64, got int32 (2,3)");
  expect_error<ShapeError>([&] { transpose(labels); },
                           "transpose: expected float32 or float64, got int32 (2,3)");
}

TEST_F(Shaping, GivesATensorBackThatHasTheShapeAlready) {
  EXPECT_EQ(reshape(x, {2, 3}), x);
}

}  // namespace
}  // namespace gradtable
