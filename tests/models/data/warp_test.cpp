#include "gradtable/models/data/warp.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"
#include "gradtable/models/data/elastic.hpp"

namespace gradtable {
namespace {

using Image = std::vector<std::uint8_t>;

Image some_image(std::int64_t rows, std::int64_t columns) {
  Image image(static_cast<std::size_t>(rows * columns));
  Random random(5);
  std::ranges::generate(image, [&] { return static_cast<std::uint8_t>(random.below(256)); });
  return image;
}

std::vector<float> still(std::int64_t rows, std::int64_t columns) {
  return std::vector<float>(static_cast<std::size_t>(ElasticField::size(rows, columns)));
}

Image warped(const Image& image, std::int64_t rows, std::int64_t columns, const AffineMap& map,
             const std::vector<float>& field) {
  Warp warp;
  warp.resize(rows, columns);
  Image result(image.size(), 77);
  warp(image.data(), map, field.data(), result.data());
  return result;
}

// A pixel of the image, 0 outside.
double pixel(const Image& image, std::int64_t rows, std::int64_t columns, double y, double x) {
  if (x < 0 || y < 0 || x >= static_cast<double>(columns) || y >= static_cast<double>(rows)) return 0;
  return image[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(x)];
}

double interpolated(const Image& image, std::int64_t rows, std::int64_t columns, double y, double x) {
  const double top = std::floor(y), left = std::floor(x), down = y - top, right = x - left;
  return (1 - down) * (1 - right) * pixel(image, rows, columns, top, left) +
         (1 - down) * right * pixel(image, rows, columns, top, left + 1) +
         down * (1 - right) * pixel(image, rows, columns, top + 1, left) +
         down * right * pixel(image, rows, columns, top + 1, left + 1);
}

TEST(Warp, LeavesImagesAsTheyAre) {
  for (const auto& [rows, columns] : {std::pair{28, 28}, {1, 1}, {3, 40}, {31, 13}, {16, 16}}) {
    const Image image = some_image(rows, columns);
    EXPECT_EQ(warped(image, rows, columns, {}, still(rows, columns)), image);
  }
}

TEST(Warp, InterpolatesBetweenPixelsAndTakesZerosFromOutside) {
  constexpr std::int64_t kRows = 9, kColumns = 21;
  const Image image = some_image(kRows, kColumns);
  const AffineMap map{.xx = 0.9F, .xy = -0.4F, .x0 = 1.3F, .yx = 0.35F, .yy = 1.2F, .y0 = -3.1F};
  std::vector<float> field = still(kRows, kColumns);
  Random random(6);
  for (float& d : field) d = static_cast<float>(random.uniform(-3, 3));
  const Image result = warped(image, kRows, kColumns, map, field);
  const std::int64_t stride = ElasticField::stride(kColumns);
  for (std::int64_t y = 0; y < kRows; ++y) {
    for (std::int64_t x = 0; x < kColumns; ++x) {
      const auto i = static_cast<double>(x), j = static_cast<double>(y);
      const double dx = double{field[static_cast<std::size_t>(2 * y * stride + x)]};
      const double dy = double{field[static_cast<std::size_t>((2 * y + 1) * stride + x)]};
      const double expected =
          interpolated(image, kRows, kColumns, double{map.yx} * i + double{map.yy} * j + double{map.y0} + dy,
                       double{map.xx} * i + double{map.xy} * j + double{map.x0} + dx);
      EXPECT_NEAR(result[static_cast<std::size_t>(y * kColumns + x)], expected, 0.51) << y << " " << x;
    }
  }
}

TEST(Warp, IsZeroWhereTheSourceIsFarAway) {
  const Image image(28 * 28, 255), black(28 * 28, 0);
  for (const float far : {-29.0F, 29.0F, -1e9F, 1e9F}) {
    EXPECT_EQ(warped(image, 28, 28, {.x0 = far}, still(28, 28)), black) << far;
    EXPECT_EQ(warped(image, 28, 28, {.y0 = far}, still(28, 28)), black) << far;
  }
}

TEST(Warp, ForgetsTheImageOfAnotherSize) {
  Warp warp;
  for (const auto& [rows, columns] : {std::pair{20, 20}, {5, 3}, {20, 20}, {2, 60}}) {
    const Image image(static_cast<std::size_t>(rows * columns), 200);
    Image result(image.size());
    warp.resize(rows, columns);
    warp(image.data(), {.x0 = -0.5F}, still(rows, columns).data(), result.data());
    for (std::size_t i = 0; i < result.size(); ++i)
      ASSERT_EQ(result[i], i % static_cast<std::size_t>(columns) == 0 ? 100 : 200) << rows << " " << i;
  }
}

TEST(Warp, MayWriteOverTheImage) {
  Image image = some_image(28, 28);
  const Image expected = warped(image, 28, 28, {.x0 = 0.5F, .y0 = 2}, still(28, 28));
  Warp warp;
  warp.resize(28, 28);
  warp(image.data(), {.x0 = 0.5F, .y0 = 2}, still(28, 28).data(), image.data());
  EXPECT_EQ(image, expected);
}

}  // namespace
}  // namespace gradtable
