#include "gradtable/models/data/batches.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

// Image i has the pixels 2i and 2i + 1, and the label 100 + i.
Dataset every_byte() {
  Dataset dataset{1, 2, 256, {}, {}};
  for (int i = 0; i < 128; ++i) {
    dataset.pixels.push_back(static_cast<std::uint8_t>(2 * i));
    dataset.pixels.push_back(static_cast<std::uint8_t>(2 * i + 1));
    dataset.labels.push_back(static_cast<std::uint8_t>(100 + i));
  }
  return dataset;
}

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
  std::vector<std::uint32_t> used = shuffled_order(100, 9, 9);
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

TEST(Batches, CoverTheOrderWithASmallerLastOne) {
  const auto order = natural_order(10);
  const Batches batches(order, 4);
  ASSERT_EQ(batches.size(), 3);
  EXPECT_EQ(batches[0].size(), 4U);
  EXPECT_EQ(batches[1].front(), 4U);
  ASSERT_EQ(batches[2].size(), 2U);
  EXPECT_EQ(batches[2].back(), 9U);
  EXPECT_EQ(Batches(order, 5).size(), 2);
  EXPECT_EQ(Batches(order, 100)[0].size(), 10U);
}

template <class T>
class Gather : public ::testing::Test {};
using FloatingTypes = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Gather, FloatingTypes);

TYPED_TEST(Gather, MapsBytesToTheUnitIntervalInTheOrderOfTheIndices) {
  const Dataset dataset = every_byte();
  const std::vector<std::uint32_t> indices{127, 0, 64, 0};
  Array images(dtype_of<TypeParam>(), {4, 2}), labels(DType::int32, {4});
  gather(dataset, indices, images.view(), labels.view());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    EXPECT_EQ(labels.as<std::int32_t>()[i], static_cast<std::int32_t>(100 + indices[i]));
    for (std::size_t j = 0; j < 2; ++j) {
      const auto byte = static_cast<TypeParam>(2 * indices[i] + j);
      EXPECT_EQ(images.as<TypeParam>()[2 * i + j], byte / TypeParam{255});
    }
  }
  EXPECT_EQ(images.as<TypeParam>()[1], TypeParam{1});
  EXPECT_EQ(images.as<TypeParam>()[2], TypeParam{0});
}

TYPED_TEST(Gather, TakesImagesWithExtentsOfTheirOwn) {
  const std::vector<std::uint32_t> indices{3, 2};
  Array images(dtype_of<TypeParam>(), {2, 1, 1, 2}), labels(DType::int32, {2});
  gather(every_byte(), indices, images.view(), labels.view());
  EXPECT_EQ(images.as<TypeParam>()[0], TypeParam{6} / TypeParam{255});
}

TEST(GatherShapes, RefusesViewsThatDoNotFit) {
  const Dataset dataset = every_byte();
  const std::vector<std::uint32_t> indices{0, 1};
  Array images(DType::float32, {2, 2}), labels(DType::int32, {2});
  Array flat(DType::float32, {4}), wide(DType::float32, {2, 3}), integers(DType::int32, {2, 2}),
      real_labels(DType::float32, {2}), scalar(DType::float32, {});
  for (Array* bad : {&flat, &wide, &integers, &scalar})
    EXPECT_THROW(gather(dataset, indices, bad->view(), labels.view()), ShapeError);
  for (Array* bad : {&flat, &real_labels, &scalar})
    EXPECT_THROW(gather(dataset, indices, images.view(), bad->view()), ShapeError);
}

}  // namespace
}  // namespace gradtable
