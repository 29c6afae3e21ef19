#include "gradtable/models/data/augmentation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/datasets.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/machine/team_lease.hpp"
#include "gradtable/models/data/batches.hpp"
#include "gradtable/models/data/digits.hpp"

namespace gradtable {
namespace {

constexpr std::int64_t kSide = 28, kFeatures = kSide * kSide;
using Image = std::vector<std::uint8_t>;

const AugmentationOptions kAll{.shift = 2, .rotate = 15, .scale = 0.1, .elastic = {.sigma = 4, .alpha = 34}};

const Dataset& digits() {
  static const Dataset digits = draw_digits(50, 3);
  return digits;
}

View view_of(Image& images) {
  return {{DType::uint8, {static_cast<std::int64_t>(images.size()) / kFeatures, kFeatures}}, images.data()};
}

Image augmented(const AugmentationOptions& options, const std::vector<std::int32_t>& indices,
                std::uint64_t epoch = 1, std::uint64_t seed = 42) {
  const Augmenter augmenter(options, kSide, kSide, seed);
  Image images(indices.size() * kFeatures);
  augmenter.augment(digits().input_rows(), indices, epoch, {0, static_cast<std::int64_t>(indices.size())},
                    view_of(images));
  return images;
}

Image image_at(const Image& images, std::size_t i) {
  const auto first = images.begin() + static_cast<std::ptrdiff_t>(i * kFeatures);
  return {first, first + kFeatures};
}

// The image that a placement makes of another, pixel by pixel.
Image placed(const Image& image, std::int64_t rows, std::int64_t columns, const Placement& placement) {
  Warp warp;
  warp.resize(rows, columns);
  const std::vector<float> still(static_cast<std::size_t>(ElasticField::size(rows, columns)));
  Image result(image.size());
  warp(image.data(), source_of(placement, rows, columns), still.data(), result.data());
  return result;
}

TEST(Placement, ShiftsToTheRightAndDown) {
  const Image image = {1, 2, 3,  //
                       4, 5, 6};
  EXPECT_EQ(placed(image, 2, 3, {.shift_x = 1}), (Image{0, 1, 2, 0, 4, 5}));
  EXPECT_EQ(placed(image, 2, 3, {.shift_x = -2}), (Image{3, 0, 0, 6, 0, 0}));
  EXPECT_EQ(placed(image, 2, 3, {.shift_y = 1}), (Image{0, 0, 0, 1, 2, 3}));
  EXPECT_EQ(placed({10, 20, 40}, 1, 3, {.shift_x = 0.5}), (Image{5, 15, 30}));
}

TEST(Placement, TurnsClockwiseAboutTheCentre) {
  const Image image = {1, 2, 3,  //
                       4, 5, 6,  //
                       7, 8, 9};
  EXPECT_EQ(placed(image, 3, 3, {.angle = 90}), (Image{7, 4, 1, 8, 5, 2, 9, 6, 3}));
  EXPECT_EQ(placed(image, 3, 3, {.angle = -90}), (Image{3, 6, 9, 2, 5, 8, 1, 4, 7}));
  EXPECT_EQ(placed(image, 3, 3, {.angle = 180}), (Image{9, 8, 7, 6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(placed({1, 2, 3, 4}, 2, 2, {.angle = 90}), (Image{3, 1, 4, 2}));
}

TEST(Placement, ScalesAboutTheCentreAndShiftsAfterwards) {
  const Image image = {0, 0, 80, 0, 0};
  EXPECT_EQ(placed(image, 1, 5, {.factor = 2}), (Image{0, 40, 80, 40, 0}));
  EXPECT_EQ(placed({10, 20, 30, 40, 50}, 1, 5, {.factor = 0.5}), (Image{0, 10, 30, 50, 0}));
  EXPECT_EQ(placed(image, 1, 5, {.shift_x = 1, .factor = 2}), (Image{0, 0, 40, 80, 40}));
  EXPECT_EQ(placed(image, 1, 5, {.shift_x = 1, .angle = 180}), (Image{0, 0, 0, 80, 0}));
}

TEST(Augment, LeavesImagesAsTheyAreWithoutAmounts) {
  EXPECT_FALSE(AugmentationOptions{});
  EXPECT_EQ(augmented({}, natural_order(digits().size())), testing::pixels_of(digits()));
}

TEST(Augment, ChangesImagesByEachAmount) {
  const auto order = natural_order(digits().size());
  for (const AugmentationOptions& options :
       {AugmentationOptions{.shift = 1}, AugmentationOptions{.rotate = 10}, AugmentationOptions{.scale = 0.1},
        AugmentationOptions{.elastic = {.sigma = 4, .alpha = 34}}}) {
    EXPECT_TRUE(options);
    const Image images = augmented(options, order);
    for (std::size_t i = 0; i < order.size(); ++i)
      EXPECT_NE(image_at(images, i), image_at(testing::pixels_of(digits()), i));
  }
}

TEST(Augment, DependsOnSeedEpochAndIndexOnly) {
  const auto all = natural_order(digits().size());
  const Image images = augmented(kAll, all);
  const std::vector<std::int32_t> some = {7, 49, 0, 7};
  const Image again = augmented(kAll, some);
  for (std::size_t i = 0; i < some.size(); ++i)
    EXPECT_EQ(image_at(again, i), image_at(images, static_cast<std::size_t>(some[i])));
  EXPECT_NE(augmented(kAll, {7}, 2), image_at(images, 7));
  EXPECT_NE(augmented(kAll, {7}, 1, 43), image_at(images, 7));
  EXPECT_NE(augmented(kAll, {7}, std::uint64_t{1} << 31), augmented(kAll, {7}, 0));
  const Augmenter augmenter(kAll, kSide, kSide, 42);
  EXPECT_NE(augmenter.placement(1, 7).angle, augmenter.placement(7, 1).angle);
}

TEST(Augment, GivesTheSameBitsForAnySplitAndTeam) {
  const auto order = shuffled_order(digits().size(), 1, 1);
  const Image expected = augmented(kAll, order);
  const Augmenter augmenter(kAll, kSide, kSide, 42);
  for (const int threads : {1, 2, 3}) {
    Image images(expected.size());
    const TeamLease team(threads);
    team->run([&](int member) {
      const std::int64_t begin = digits().size() * member / threads;
      const std::int64_t end = digits().size() * (member + 1) / threads;
      for (std::int64_t i = begin; i < end; i += 3)
        augmenter.augment(digits().input_rows(), order, 1, {i, std::min(i + 3, end)}, view_of(images));
    });
    EXPECT_EQ(images, expected) << threads;
  }
}

TEST(Augment, TakesTurnsWithOtherSizesAndOptions) {
  const Image expected = augmented(kAll, {3, 4});
  const Augmenter small({.shift = 1}, 2, 2, 1);
  Image pixels(4, 255);
  const std::vector<std::int32_t> first = {0};
  small.augment({std::span<const std::uint8_t>(pixels), {1, 2, 2}}, first, 1, {0, 1},
                {{DType::uint8, {1, 2, 2}}, pixels.data()});
  EXPECT_EQ(augmented({}, {3}), image_at(testing::pixels_of(digits()), 3));
  EXPECT_EQ(augmented(kAll, {3, 4}), expected);
}

TEST(Augment, PlacesImagesUniformlyWithinTheAmounts) {
  constexpr int kImages = 20000;
  const Augmenter augmenter({.shift = 3, .rotate = 20, .scale = 0.25}, kSide, kSide, 9);
  double sums[4]{}, squares[4]{}, least[4]{}, most[4]{}, products = 0;
  for (std::uint32_t i = 0; i < kImages; ++i) {
    const Placement placement = augmenter.placement(i % 3, i);
    const double units[] = {placement.shift_x / 3, placement.shift_y / 3, placement.angle / 20,
                            (placement.factor - 1) / 0.25};
    for (std::size_t k = 0; k < 4; ++k) {
      sums[k] += units[k];
      squares[k] += units[k] * units[k];
      least[k] = std::min(least[k], units[k]);
      most[k] = std::max(most[k], units[k]);
    }
    products += units[0] * units[1] + units[2] * units[3];
  }
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(sums[k] / kImages, 0, 0.02) << k;  // five standard deviations
    EXPECT_NEAR(squares[k] / kImages, 1.0 / 3, 0.011) << k;
    EXPECT_GE(least[k], -1.0 - 1e-12) << k;
    EXPECT_LE(most[k], 1.0 + 1e-12) << k;
    EXPECT_LT(least[k], -0.999) << k;
    EXPECT_GT(most[k], 0.999) << k;
  }
  EXPECT_NEAR(products / kImages, 0, 0.017);
}

TEST(Augment, MakesWhatThePlacementSays) {
  const Augmenter augmenter({.shift = 3, .rotate = 20, .scale = 0.25}, kSide, kSide, 42);
  const Image images = augmented({.shift = 3, .rotate = 20, .scale = 0.25}, {0, 1, 2}, 5);
  for (std::uint32_t i = 0; i < 3; ++i)
    EXPECT_EQ(image_at(images, i),
              placed(image_at(testing::pixels_of(digits()), i), kSide, kSide, augmenter.placement(5, i)));
}

// The mean over many fields of a ramp, whose pixels show the displacement itself.
TEST(Augment, MovesPixelsByTheFieldInPixels) {
  Image ramp(kFeatures);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::uint8_t>(9 * (i % kSide));
  const Augmenter augmenter({.elastic = {.sigma = 5, .alpha = 20}}, kSide, kSide, 1);
  Image result(kFeatures);
  const std::vector<std::int32_t> first = {0};
  double squares = 0;
  constexpr int kEpochs = 3000;
  for (std::uint64_t epoch = 0; epoch < kEpochs; ++epoch) {
    augmenter.augment({std::span<const std::uint8_t>(ramp), {1, kFeatures}}, first, epoch, {0, 1},
                      view_of(result));
    const double moved = (result[14 * kSide + 14] - 9 * 14) / 9.0;
    squares += moved * moved / kEpochs;
  }
  EXPECT_NEAR(std::sqrt(squares), 20 / (5 * std::sqrt(12 * 3.14159265)), 0.035);
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing thrown";
}

std::string refusal(const AugmentationOptions& options) {
  return message_of([&] {
    EXPECT_THROW(Augmenter(options, kSide, kSide, 1), ConfigError);
    Augmenter(options, kSide, kSide, 1);
  });
}

TEST(Augment, RefusesAmountsOutOfTheirRange) {
  EXPECT_EQ(refusal({.shift = -1}), "augmentation: expected shift from 0 to 1000, got -1");
  EXPECT_EQ(refusal({.rotate = 181}), "augmentation: expected rotate from 0 to 180, got 181");
  EXPECT_EQ(refusal({.scale = 1}), "augmentation: expected scale from 0 to 0.9, got 1");
  EXPECT_EQ(refusal({.elastic = {.sigma = 0, .alpha = 1}}),
            "augmentation: expected elastic.sigma from 1 to 100, got 0");
  EXPECT_EQ(refusal({.elastic = {.sigma = 4, .alpha = std::numeric_limits<double>::quiet_NaN()}}),
            "augmentation: expected elastic.alpha from 0 to 10000, got nan");
  EXPECT_THROW(Augmenter({}, 0, 28, 1), ConfigError);
}

// Fields of such images would take memory and time without bounds.
TEST(Augment, RefusesImagesThatAreTooLarge) {
  const AugmentationOptions elastic{.elastic = {.sigma = 4, .alpha = 34}};
  EXPECT_EQ(message_of([&] { Augmenter(elastic, 1, 3'000'000, 1); }),
            "augmentation: expected images of at most 1024x1024 for elastic distortion, got 1x3000000");
  EXPECT_THROW(Augmenter(elastic, 1025, 1, 1), ConfigError);
  EXPECT_THROW(Augmenter({.shift = 1}, 1, 32769, 1), ConfigError);
  Augmenter({.shift = 1}, 1, 32768, 1);
  Augmenter(elastic, 1024, 1, 1);
}

TEST(Augment, TakesAmountsAtTheEndsOfTheirRange) {
  for (const double sigma : {1.0, 100.0}) {
    const AugmentationOptions most{
        .shift = 1000, .rotate = 180, .scale = 0.9, .elastic = {.sigma = sigma, .alpha = 10000}};
    EXPECT_EQ(augmented(most, {0, 1, 2}).size(), 3 * kFeatures);
  }
}

TEST(Augment, RefusesImagesOfAnotherSizeAndIndicesOutOfRange) {
  const Augmenter augmenter({}, kSide, kSide, 1);
  Image images(kFeatures);
  const auto attempt = [&](const ConstView& source, std::int32_t index) {
    const std::vector<std::int32_t> indices = {index};
    return message_of([&] { augmenter.augment(source, indices, 1, {0, 1}, view_of(images)); });
  };
  EXPECT_EQ(attempt(digits().input_rows(), 50), "augment: expected indices in [0,50), got 50 at 0");
  EXPECT_EQ(attempt(digits().input_rows(), -1), "augment: expected indices in [0,50), got -1 at 0");
  EXPECT_EQ(attempt(zeros({2, 28, 27}, DType::uint8), 0),
            "augment: expected uint8 images of 28x28, got uint8 (2,28,27)");
  const std::vector<std::int32_t> two = {0, 1};
  EXPECT_EQ(message_of([&] {
              augmenter.augment(digits().input_rows(), two, 1, {0, 2}, view_of(images));
            }),
            "augment: expected a result of 2 images, got 1");
  EXPECT_EQ(attempt(zeros({2, 784}), 0), "augment: expected uint8 images of 28x28, got float32 (2,784)");
}

}  // namespace
}  // namespace gradtable
