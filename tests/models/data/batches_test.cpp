#include "gradtable/models/data/batches.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace gradtable {
namespace {

TEST(ShuffledOrder, IsAPermutation) {
  for (const std::int64_t count : {0, 1, 10, 1000}) {
    auto order = shuffled_order(count, 3, 0);
    EXPECT_EQ(order == natural_order(count), count < 2);
    std::ranges::sort(order);
    EXPECT_EQ(order, natural_order(count));
  }
}

TEST(ShuffledOrder, DependsOnSeedAndEpochOnly) {
  const auto order = shuffled_order(100, 3, 7);
  EXPECT_EQ(shuffled_order(100, 3, 7), order);
  EXPECT_NE(shuffled_order(100, 3, 8), order);
  EXPECT_NE(shuffled_order(100, 4, 7), order);
  std::vector<std::int32_t> used = shuffled_order(100, 9, 9);
  shuffle_order(used, 3, 7);
  EXPECT_EQ(used, order);
}

TEST(ShuffledOrder, PutsEveryImageAtEveryPlaceEquallyOften) {
  constexpr int kEpochs = 12000;
  int counts[4][4]{};
  for (std::uint64_t epoch = 0; epoch < kEpochs; ++epoch) {
    const auto order = shuffled_order(4, 5, epoch);
    for (std::size_t place = 0; place < 4; ++place) ++counts[place][order[place]];
  }
  for (const auto& place : counts)
    for (const int count : place) EXPECT_NEAR(count, kEpochs / 4, 250);  // 5 standard deviations
}

TEST(Batches, CoverTheOrderWithASmallerLastOneWhereItLies) {
  const auto order = natural_order(10);
  const Batches batches(order, 4);
  ASSERT_EQ(batches.size(), 3);
  EXPECT_EQ(batches[0].type, (TensorType{DType::int32, {4}}));
  EXPECT_EQ(batches[1].data, order.data() + 4);
  ASSERT_EQ(batches[2].shape(), Shape{2});
  EXPECT_EQ(batches[2].as<std::int32_t>().back(), 9);
  EXPECT_EQ(Batches(order, 5).size(), 2);
  EXPECT_EQ(Batches(order, 100)[0].shape(), Shape{10});
}

}  // namespace
}  // namespace gradtable
