#include "gradtable/ops/joining.hpp"

#include "tests/ops/errors.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using testing::expect_error;

class Joining : public ::testing::Test {
 protected:
  Graph g;
  Tensor x = g.input("x", {2, 3}), y = g.input("y", {2, 4}), v = g.input("v", {3});
};

TEST_F(Joining, RefusesTensorsThatDoNotFit) {
  const std::string sentence = "concat: expected tensors that differ in the extent of axis 0 alone, got ";
  expect_error<ShapeError>([&] { concat({x, y}, 0); }, sentence + "float32 (2,3) and float32 (2,4)");
  expect_error<ShapeError>([&] { concat({x, v}, 0); }, sentence + "float32 (2,3) and float32 (3)");
  expect_error<ShapeError>(
      [&] {
        stack({x, y});
      },
      "stack: expected tensors of one type, got float32 (2,3) and float32 (2,4)");
}

TEST_F(Joining, RefusesNoTensorsAndEmptyOnes) {
  expect_error<GraphError>([&] { concat({}, 0); }, "concat: expected at least one tensor, got none");
  expect_error<GraphError>([&] { stack({}); }, "stack: expected at least one tensor, got none");
  expect_error<GraphError>(
      [&] {
        concat({x, Tensor()}, 0);
      },
      "concat: expected tensors of one graph, got an empty tensor as input 1");
}

TEST_F(Joining, RefusesPiecesThatAreNotTheWhole) {
  const std::string sentence = "split: expected sizes that add up to the 3 of axis 1 of (2,3), got ";
  expect_error<ShapeError>([&] { split(x, {1, 1}, 1); }, sentence + "(1,1)");
  expect_error<ShapeError>([&] { split(x, {2, 2}, 1); }, sentence + "(2,2)");
  expect_error<ShapeError>([&] { split(x, {4, -1}, 1); }, sentence + "(4,-1)");
}

TEST_F(Joining, RefusesANumberOfPiecesThatLeavesARest) {
  const std::string sentence =
      "chunk: expected a number of pieces that divides the 3 of axis -1 of (2,3), got ";
  expect_error<ShapeError>([&] { chunk(x, 2, -1); }, sentence + "2");
  expect_error<ShapeError>([&] { chunk(x, 0, -1); }, sentence + "0");
}

TEST_F(Joining, GivesAllPiecesInOrder) {
  const std::vector<Tensor> pieces = split(y, {1, 3}, 1);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].shape(), (Shape{2, 1}));
  EXPECT_EQ(pieces[1].shape(), (Shape{2, 3}));
  EXPECT_EQ(chunk(y, 4, 1).size(), 4U);
}

}  // namespace
}  // namespace gradtable
