#include "gradtable/core/shape.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::message_of;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(Shape, IsAScalarWhenNothingIsSaid) {
  EXPECT_EQ(Shape().rank(), 0);
  EXPECT_EQ(Shape().size(), 1);
  EXPECT_EQ(Shape(), Shape({}));
}

TEST(Shape, MultipliesItsExtents) {
  EXPECT_EQ(Shape({2, 3, 4}).size(), 24);
  EXPECT_EQ(Shape({2, 0, 4}).size(), 0);
  EXPECT_EQ(Shape({1, 1, 1, 1, 1, 1, 1, 1}).size(), 1);
}

TEST(Shape, CountsNegativeAxesFromTheEnd) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape[0], 2);
  EXPECT_EQ(shape[2], 4);
  EXPECT_EQ(shape[-1], 4);
  EXPECT_EQ(shape[-3], 2);
}

TEST(Shape, GivesItsFirstAndLastAxes) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.first(2), (Shape{2, 3}));
  EXPECT_EQ(shape.last(2), (Shape{3, 4}));
  EXPECT_EQ(shape.first(0), Shape());
  EXPECT_EQ(shape.last(3), shape);
}

TEST(Shape, DiffersByRankAndExtents) {
  EXPECT_NE((Shape{2, 3}), (Shape{3, 2}));
  EXPECT_NE((Shape{2}), (Shape{2, 1}));
  EXPECT_NE((Shape{0, 2}), (Shape{0, 3}));
}

TEST(Shape, TakesEightAxesAndRefusesNine) {
  EXPECT_EQ(Shape(std::vector<std::int64_t>(8, 2)).size(), 256);
  EXPECT_EQ(message_of<ShapeError>([] { Shape(std::vector<std::int64_t>(9, 1)); }),
            "shape: expected at most 8 axes, got 9");
}

TEST(Shape, RefusesANegativeExtent) {
  EXPECT_EQ(message_of<ShapeError>([] {
              Shape({2, -1});
            }),
            "shape: expected extents of 0 or more, got (2,-1)");
  EXPECT_THROW(Shape({0, -1}), ShapeError);
  EXPECT_THROW(Shape({std::numeric_limits<std::int64_t>::min()}), ShapeError);
}

TEST(Shape, RefusesASizeWhoseBytesDoNotFit) {
  EXPECT_EQ(Shape({kMax / 8}).size(), kMax / 8);
  EXPECT_THROW(Shape({kMax / 8 + 1}), ShapeError);
  EXPECT_THROW(Shape({kMax}), ShapeError);
  // The product of the extents alone would wrap to 0.
  EXPECT_EQ(message_of<ShapeError>([] {
              Shape({std::int64_t{1} << 32, std::int64_t{1} << 32});
            }),
            "shape: expected a size below 2^63 bytes, got (4294967296,4294967296)");
}

TEST(Shape, RefusesExtentsThatAZeroBesideThemHides) {
  EXPECT_THROW(Shape({std::int64_t{1} << 40, 0, std::int64_t{1} << 40}), ShapeError);
  EXPECT_THROW(Shape({0, kMax}), ShapeError);
}

TEST(Shape, Prints) {
  EXPECT_EQ(to_string(Shape()), "()");
  EXPECT_EQ(to_string(Shape{5}), "(5)");
  EXPECT_EQ(to_string(Shape{64, 784}), "(64,784)");
}

struct Broadcast {
  Shape a;
  Shape b;
  std::optional<Shape> together;
};

class BroadcastShapes : public ::testing::TestWithParam<Broadcast> {};

// What numpy.broadcast_shapes answers; nothing where it raises ValueError.
INSTANTIATE_TEST_SUITE_P(
    AsNumPy, BroadcastShapes,
    ::testing::Values(Broadcast{{}, {}, Shape{}}, Broadcast{{}, {3}, Shape{3}},
                      Broadcast{{}, {2, 0}, Shape{2, 0}}, Broadcast{{3}, {3}, Shape{3}},
                      Broadcast{{1}, {3}, Shape{3}}, Broadcast{{2}, {3}, {}},
                      Broadcast{{3}, {2, 3}, Shape{2, 3}}, Broadcast{{2}, {2, 3}, {}},
                      Broadcast{{2, 1}, {1, 3}, Shape{2, 3}}, Broadcast{{2, 1}, {3}, Shape{2, 3}},
                      Broadcast{{2, 3}, {2, 1}, Shape{2, 3}}, Broadcast{{2, 3}, {3, 2}, {}},
                      Broadcast{{8, 1, 6, 1}, {7, 1, 5}, Shape{8, 7, 6, 5}}, Broadcast{{1}, {0}, Shape{0}},
                      Broadcast{{0}, {0}, Shape{0}}, Broadcast{{0}, {2}, {}},
                      Broadcast{{1, 1, 1}, {4}, Shape{1, 1, 4}},
                      Broadcast{{15, 3, 5}, {15, 1, 5}, Shape{15, 3, 5}},
                      Broadcast{{1, 1, 1, 1, 1, 1, 1, 2}, {3, 1}, Shape{1, 1, 1, 1, 1, 1, 3, 2}}));

TEST_P(BroadcastShapes, FollowsNumPysRuleFromBothSides) {
  const auto& [a, b, together] = GetParam();
  EXPECT_EQ(broadcast_shapes(a, b), together);
  EXPECT_EQ(broadcast_shapes(b, a), together);
}

TEST_P(BroadcastShapes, IsReachedByBothSides) {
  const auto& [a, b, together] = GetParam();
  if (together) {
    EXPECT_TRUE(broadcasts_to(a, *together));
    EXPECT_TRUE(broadcasts_to(b, *together));
  } else {
    EXPECT_FALSE(broadcasts_to(a, b));
    EXPECT_FALSE(broadcasts_to(b, a));
  }
}

TEST(BroadcastsTo, GoesOneWayOnly) {
  EXPECT_TRUE(broadcasts_to(Shape{3}, Shape{2, 3}));
  EXPECT_FALSE(broadcasts_to(Shape{2, 3}, Shape{3}));
  EXPECT_FALSE(broadcasts_to(Shape{2, 1}, Shape{1, 3})) << "though both broadcast to (2,3)";
}

}  // namespace
}  // namespace gradtable
