#include "gradtable/models/data/own_digit.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

// A page of one shade with a rectangle of another.
GrayPicture drawn(std::int64_t rows, std::int64_t columns, std::int64_t top, std::int64_t left,
                  std::int64_t height, std::int64_t width, float paper, float ink) {
  GrayPicture picture{rows, columns, std::vector<float>(static_cast<std::size_t>(rows * columns), paper),
                      "it"};
  for (std::int64_t y = top; y < top + height; ++y)
    for (std::int64_t x = left; x < left + width; ++x)
      picture.shades[static_cast<std::size_t>(y * columns + x)] = ink;
  return picture;
}

std::vector<std::uint8_t> image_of(std::int64_t top, std::int64_t left, std::int64_t height,
                                   std::int64_t width) {
  std::vector<std::uint8_t> image;
  for (const float shade : drawn(28, 28, top, left, height, width, 0, 1).shades)
    image.push_back(static_cast<std::uint8_t>(255 * shade));
  return image;
}

TEST(OwnDigit, TakesAPictureOfTheSizeAsItIs) {
  GrayPicture picture{28, 28, {}, "it"};
  for (int i = 0; i < 784; ++i) picture.shades.push_back(static_cast<float>(i < 200 ? 0 : i % 256) / 255.0F);
  const OwnDigit digit = as_digit(picture, 28, 28);
  for (std::size_t i = 0; i < 784; ++i) EXPECT_EQ(digit.pixels[i], i < 200 ? 0 : i % 256) << i;
  EXPECT_EQ(digit.done, "28 rows of 28 pixels, taken as it is");
}

TEST(OwnDigit, InvertsAPictureWhoseBorderIsBright) {
  for (const auto& [paper, ink] : {std::pair(1.0F, 0.0F), {0.4F, 0.2F}}) {
    const OwnDigit digit = as_digit(drawn(28, 28, 4, 10, 20, 5, paper, ink), 28, 28);
    EXPECT_EQ(digit.pixels[0], std::lround(255 * (1 - paper)));
    EXPECT_EQ(digit.pixels[28 * 10 + 12], std::lround(255 * (1 - ink)));
    EXPECT_EQ(digit.done, "28 rows of 28 pixels, inverted as its border is bright, taken as it is");
  }
}

TEST(OwnDigit, IsScaledToTheBoxAndPutWithItsMassInTheMiddle) {
  // 200 rows in 20: ten pixels become one, wherever the digit is.
  for (const auto& [top, left] : {std::pair(0, 0), {30, 150}, {200, 400}}) {
    const OwnDigit digit = as_digit(drawn(400, 500, top, left, 200, 80, 1, 0), 28, 28);
    EXPECT_EQ(digit.pixels, image_of(4, 10, 20, 8)) << top;
    EXPECT_EQ(digit.done,
              "400 rows of 500 pixels, inverted as its border is bright, the digit of 200 rows of 80 pixels "
              "scaled to "
              "20 of 8, its centre of mass put in the middle of 28 rows of 28");
  }
  EXPECT_EQ(as_digit(drawn(300, 300, 5, 7, 40, 100, 0, 1), 28, 28).pixels, image_of(10, 4, 8, 20));
  EXPECT_EQ(as_digit(drawn(14, 14, 1, 2, 10, 4, 0, 1), 28, 28).pixels, image_of(4, 10, 20, 8))
      << "a smaller one";
}

TEST(OwnDigit, IsMadeOfMeansOverAreas) {
  // The box is 30 high, so that 1.5 pixels become one; the lines 10 wide are 6 2/3.
  const OwnDigit digit = as_digit(drawn(60, 60, 0, 0, 30, 10, 0, 1), 28, 28);
  const auto row = digit.pixels.begin() + 14 * 28;
  EXPECT_EQ(row[10], 85) << "a third: from 10 2/3 on";
  EXPECT_EQ(row[11], 255);
  EXPECT_EQ(row[16], 255);
  EXPECT_EQ(row[17], 85);
  EXPECT_EQ(row[9] + row[18], 0);
}

TEST(OwnDigit, LosesTheShadowsOfThePaper) {
  GrayPicture picture = drawn(280, 280, 40, 100, 200, 80, 0, 0.2F);
  for (std::int64_t y = 0; y < 280; ++y)
    for (std::int64_t x = 0; x < 280; ++x) {
      float& shade = picture.shades[static_cast<std::size_t>(280 * y + x)];
      if (shade == 0) shade = 0.7F + 0.1F * static_cast<float>(x) / 280;  // darker on the left
    }
  EXPECT_EQ(as_digit(picture, 28, 28).pixels, image_of(4, 10, 20, 8));
}

TEST(OwnDigit, FitsImagesOfAnySize) {
  const OwnDigit digit = as_digit(drawn(100, 100, 20, 20, 50, 50, 0, 1), 14, 56);
  ASSERT_EQ(digit.pixels.size(), 14U * 56);
  EXPECT_EQ(digit.pixels[7 * 56 + 28], 255);
  EXPECT_EQ(std::ranges::count(digit.pixels, 255), 100) << "10 x 10 of 14 rows";
  EXPECT_TRUE(
      contains(digit.done, "scaled to 10 of 10, its centre of mass put in the middle of 14 rows of 56"));
}

TEST(OwnDigit, RefusesAPictureOfOneShade) {
  for (const std::int64_t side : {1, 28, 30})
    EXPECT_EQ(message_of<DataError>([&] { as_digit(drawn(side, side, 0, 0, 0, 0, 0.5F, 0), 28, 28); }),
              "it: a picture of one shade; expected a digit");
}

TEST(OwnDigit, TakesPicturesOfAPixelOrTwo) {
  EXPECT_EQ(as_digit({1, 2, {0, 1}, "it"}, 28, 28).pixels.size(), 784U);
  EXPECT_EQ(as_digit({2, 1, {1, 0}, "it"}, 1, 1).pixels.size(), 1U);
  EXPECT_EQ(as_digit(drawn(1, 1000, 0, 500, 1, 1, 0, 1), 28, 28).pixels, image_of(4, 4, 20, 20));
}

}  // namespace
}  // namespace gradtable
