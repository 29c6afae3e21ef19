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

TEST_F(Shaping, RefusesExtentsThatDoNotFollow) {
  const std::string sentence = "reshape: expected extents that leave one for the 6 elements of (2,3), got ";
  expect_error<ShapeError>([&] { reshape(x, {4, -1}); }, sentence + "(4,-1)");
  expect_error<ShapeError>([&] { reshape(x, {0, -1}); }, sentence + "(0,-1)");
  expect_error<ShapeError>(
      [&] {
        reshape(x, {-1, -1});
      },
      "reshape: expected at most one extent of -1, got (-1,-1)");
}

TEST_F(Shaping, RefusesToTakeAwayAxesThatAreNotOne) {
  expect_error<ShapeError>([&] { squeeze(x, {0}); }, "squeeze: expected an extent of 1 at axis 0, got (2,3)");
}

TEST_F(Shaping, NamesTheFunctionThatMadeAReshape) {
  expect_error<ShapeError>([&] { flatten(x, 3); },
                           "flatten: expected an axis from -2 to 2 for shape (2,3), got 3");
  expect_error<ShapeError>([&] { unsqueeze(x, {-4}); }, "unsqueeze: expected axes from -3 to 2, got -4");
}

TEST_F(Shaping, RefusesAnEmptyTensor) {
  expect_error<GraphError>([&] { squeeze(Tensor()); },
                           "squeeze: expected tensors of one graph, got an empty tensor as input 0");
}

TEST_F(Shaping, GivesATensorBackThatHasTheShapeAlready) {
  EXPECT_EQ(reshape(x, {2, 3}), x);
  EXPECT_EQ(reshape(x, {-1, 3}), x);
  EXPECT_EQ(squeeze(x), x);
}

}  // namespace
}  // namespace gradtable
