#include "gradtable/models/data/digits.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "tests/support/datasets.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::labels_of;
using testing::pixels_of;
using Shades = std::array<double, 784>;

TEST(DrawDigits, GivesTheSameBytesForTheSameSeed) {
  const Dataset a = draw_digits(50, 7), b = draw_digits(50, 7), c = draw_digits(50, 8);
  EXPECT_EQ(pixels_of(a), pixels_of(b));
  EXPECT_EQ(labels_of(a), labels_of(b));
  EXPECT_NE(pixels_of(a), pixels_of(c));
}

TEST(DrawDigits, RefusesANumberOutOfItsRange) {
  EXPECT_EQ(draw_digits(0, 1).size(), 0);
  for (const std::int64_t count : {std::int64_t{-1}, std::int64_t{1'000'001}, std::int64_t{1} << 62})
    EXPECT_THROW(draw_digits(count, 1), ConfigError) << count;
}

TEST(DrawDigits, KeepsAnImageWhenMoreAreAskedFor) {
  const Dataset few = draw_digits(20, 7);
  Dataset many = draw_digits(90, 7);
  keep_first(many, 20);
  EXPECT_EQ(pixels_of(many), pixels_of(few));
  EXPECT_EQ(labels_of(many), labels_of(few));
}

TEST(DrawDigits, DrawsTenClassesOf28x28InLikeNumbers) {
  const Dataset dataset = draw_digits(5000, 1);
  EXPECT_EQ(dataset.size(), 5000);
  EXPECT_EQ(dataset.rows(), 28);
  EXPECT_EQ(dataset.columns(), 28);
  EXPECT_EQ(dataset.classes, 10);
  for (std::uint8_t digit = 0; digit < 10; ++digit)
    EXPECT_NEAR(static_cast<double>(std::ranges::count(labels_of(dataset), digit)), 500, 110);
}

TEST(DrawDigits, DrawsWhiteOnBlackInTheMiddle) {
  const Dataset dataset = draw_digits(200, 1);
  for (std::size_t i = 0; i < 200; ++i) {
    const auto image = dataset.inputs.as<std::uint8_t>().subspan(i * 784, 784);
    EXPECT_GT(*std::ranges::max_element(image), 120);
    EXPECT_LT(std::ranges::count_if(image, [](int v) { return v > 100; }), 784 / 2);
    EXPECT_LT(std::max(image.front(), image.back()), 100);
  }
}

// The mean image of each class over the first images of a data set.
std::array<Shades, 10> mean_images(const Dataset& dataset) {
  std::array<Shades, 10> means{};
  std::array<double, 10> counts{};
  const auto pixels = pixels_of(dataset), labels = labels_of(dataset);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    counts[labels[i]] += 1;
    for (std::size_t j = 0; j < 784; ++j) means[labels[i]][j] += pixels[i * 784 + j];
  }
  for (std::size_t digit = 0; digit < 10; ++digit)
    for (double& value : means[digit]) value /= counts[digit];
  return means;
}

std::size_t nearest(const std::array<Shades, 10>& means, std::span<const std::uint8_t> image) {
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t digit = 0; digit < means.size(); ++digit) {
    double distance = 0;
    for (std::size_t j = 0; j < image.size(); ++j)
      distance += (image[j] - means[digit][j]) * (image[j] - means[digit][j]);
    if (distance < least) best = digit, least = distance;
  }
  return best;
}

TEST(DrawDigits, IsToBeLearnedButNotByTheMeanImageAlone) {
  const auto means = mean_images(draw_digits(3000, 1));
  const Dataset unseen = draw_digits(1000, 2);
  const auto pixels = pixels_of(unseen), labels = labels_of(unseen);
  int right = 0;
  for (std::size_t i = 0; i < 1000; ++i)
    right += nearest(means, std::span(pixels).subspan(i * 784, 784)) == labels[i];
  EXPECT_GT(right, 400);
  EXPECT_LT(right, 900);
}

}  // namespace
}  // namespace gradtable
