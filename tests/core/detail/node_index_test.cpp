#include "gradtable/core/detail/node_index.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"

namespace gradtable::detail {
namespace {

TEST(NodeIndex, FindsEachNodeWhileItGrows) {
  Random random(1);
  NodeIndex index;
  std::vector<std::size_t> hashes;  // by node; many of them equal
  for (NodeId id = 0; id < 5000; ++id) {
    const std::size_t hash = random.below(3000);
    const auto is = [](NodeId wanted) { return [wanted](NodeId found) { return found == wanted; }; };
    ASSERT_EQ(index.find(hash, is(id)), -1);
    index.insert(hash, id);
    hashes.push_back(hash);
    ASSERT_EQ(index.find(hash, is(id)), id);
    const auto earlier = static_cast<NodeId>(random.below(static_cast<std::uint32_t>(id) + 1));
    ASSERT_EQ(index.find(hashes[static_cast<std::size_t>(earlier)], is(earlier)), earlier);
  }
}

TEST(NodeIndex, AsksOnlyForNodesOfTheSameHash) {
  NodeIndex index;
  for (NodeId id = 0; id < 1000; ++id) index.insert(static_cast<std::size_t>(id) << 32, id);
  int asked = 0;
  index.find(std::size_t{7} << 32, [&](NodeId id) {
    ++asked;
    return id == 7;
  });
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace gradtable::detail
