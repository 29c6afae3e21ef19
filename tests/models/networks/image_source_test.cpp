#include "gradtable/models/networks/image_source.hpp"

#include <algorithm>
#include <vector>

#include "tests/support/datasets.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/batches.hpp"

namespace gradtable {
namespace {

// Five images of 1 x 2 pixels.
const Dataset kImages = testing::images(1, 2, 5, {0, 255, 1, 254, 2, 253, 3, 252, 4, 251}, {0, 1, 2, 3, 4});

TEST(ImageSource, GivesEveryImageOnceAnEpochInItsOrder) {
  ImageSource source(kImages, 2, 7, DType::float64);
  for (std::uint64_t epoch = 1; epoch <= 2; ++epoch) {
    std::vector<std::int32_t> seen;
    for (const std::int64_t size : {2, 2, 1}) {
      const Network::Batch batch = source();
      ASSERT_EQ(batch.inputs.shape(), (Shape{size, 2}));
      ASSERT_EQ(batch.labels.shape(), (Shape{size}));
      for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) {
        const std::int32_t label = batch.labels.as<std::int32_t>()[i];
        seen.push_back(label);
        EXPECT_EQ(batch.inputs.as<double>()[2 * i], label / 255.0);
        EXPECT_EQ(batch.inputs.as<double>()[2 * i + 1], (255 - label) / 255.0);
      }
    }
    EXPECT_EQ(seen, shuffled_order(5, 7, epoch));
  }
}

TEST(ImageSource, RefusesNothingToGive) {
  EXPECT_THROW(ImageSource(Dataset{}, 2), ConfigError);
  EXPECT_THROW(ImageSource({.inputs = zeros({4, 2}), .targets = zeros({2})}, 2), DataError);
  EXPECT_THROW(ImageSource(kImages, 0), ConfigError);
  EXPECT_THROW(ImageSource(kImages, 2, 1, DType::int32), ConfigError);
}

}  // namespace
}  // namespace gradtable
