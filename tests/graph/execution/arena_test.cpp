#include "gradtable/graph/execution/arena.hpp"

#include <algorithm>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"

namespace gradtable {
namespace {

struct Block {
  std::size_t offset;
  std::size_t bytes;
};

bool overlap(const Block& a, const Block& b) {
  return a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

TEST(Arena, KeepsLiveBlocksApartAndAligned) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    Arena arena;
    std::vector<Block> live;
    std::size_t highest = 0;
    for (int step = 0; step < 300; ++step) {
      if (!live.empty() && random.below(2) == 0) {
        std::swap(live[random.below(static_cast<std::uint32_t>(live.size()))], live.back());
        arena.release(live.back().offset, live.back().bytes);
        live.pop_back();
        continue;
      }
      const std::size_t bytes = random.below(8) == 0 ? random.below(10000) : random.below(300);
      const Block made{arena.allocate(bytes), std::max<std::size_t>(bytes, 1)};
      ASSERT_EQ(made.offset % 64, 0U);
      for (const Block& other : live) ASSERT_FALSE(overlap(made, other)) << "seed " << seed;
      live.push_back(made);
      highest = std::max(highest, made.offset + made.bytes);
      ASSERT_GE(arena.size(), highest);
      ASSERT_LT(arena.size(), highest + 64);
    }
    // All the memory comes back as one block.
    for (const Block& block : live) arena.release(block.offset, block.bytes);
    const std::size_t size = arena.size();
    EXPECT_EQ(arena.allocate(size), 0U);
    EXPECT_EQ(arena.size(), size);
  }
}

TEST(Arena, ReusesTheSmallestBlockThatFits) {
  Arena arena;
  const std::size_t large = arena.allocate(640);
  arena.allocate(64);
  const std::size_t small = arena.allocate(128);
  arena.allocate(64);
  arena.release(large, 640);
  arena.release(small, 128);
  EXPECT_EQ(arena.allocate(100), small);
  EXPECT_EQ(arena.allocate(100), large);
}

TEST(Arena, JoinsABlockWithFreeNeighboursOnBothSides) {
  Arena arena;
  const std::size_t a = arena.allocate(64), b = arena.allocate(64), c = arena.allocate(64);
  arena.allocate(64);
  arena.release(a, 64);
  arena.release(c, 64);
  EXPECT_EQ(arena.allocate(192), 256U);  // no room yet: b lies between
  arena.release(b, 64);
  EXPECT_EQ(arena.allocate(192), a);
}

TEST(Arena, ExtendsAFreeBlockAtTheEnd) {
  Arena arena;
  arena.allocate(64);
  const std::size_t last = arena.allocate(64);
  arena.release(last, 64);
  EXPECT_EQ(arena.allocate(256), last);
  EXPECT_EQ(arena.size(), 320U);
}

TEST(Arena, GivesEmptyBlocksAPlaceOfTheirOwn) {
  Arena arena;
  EXPECT_NE(arena.allocate(0), arena.allocate(0));
}

TEST(Arena, RefusesWhatTheAddressSpaceHasNoRoomFor) {
  Arena arena;
  const std::size_t quarter = std::size_t{1} << 62;
  for (int i = 0; i < 3; ++i) arena.allocate(quarter);
  EXPECT_THROW(arena.allocate(quarter), std::bad_alloc);
  EXPECT_EQ(arena.size(), 3 * quarter);
}

}  // namespace
}  // namespace gradtable
