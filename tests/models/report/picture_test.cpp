#include "gradtable/models/report/picture.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <tuple>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>
#include <png.h>

#include "gradtable/core/error.hpp"

namespace gradtable::report {
namespace {

using testing::message_of;

using Bytes = std::vector<std::uint8_t>;
using Rgb = std::array<int, 3>;

struct Decoded {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  bool coloured = false;
  Bytes pixels;
};

Decoded decoded(const std::string& file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&image, file.data(), file.size()), 0) << image.message;
  const bool coloured = (image.format & PNG_FORMAT_FLAG_COLOR) != 0;
  image.format = coloured ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  Decoded result{image.height, image.width, coloured, Bytes(PNG_IMAGE_SIZE(image))};
  EXPECT_NE(png_image_finish_read(&image, nullptr, result.pixels.data(), 0, nullptr), 0) << image.message;
  return result;
}

Rgb colour(std::uint8_t value) {
  const Decoded pixel = decoded(png({1, 1, Colours::diverging, {value}}));
  return {pixel.pixels.at(0), pixel.pixels.at(1), pixel.pixels.at(2)};
}

TEST(Png, DecodesToTheSameGrayPixels) {
  Picture picture{16, 20, Colours::gray, {}};
  for (int i = 0; i < 320; ++i) picture.bytes.push_back(static_cast<std::uint8_t>(i * i));
  const Decoded read = decoded(png(picture));
  EXPECT_EQ(read.rows, 16);
  EXPECT_EQ(read.columns, 20);
  EXPECT_FALSE(read.coloured);
  EXPECT_EQ(read.pixels, picture.bytes);
}

TEST(Png, IsMadeOfWhatIsShown) {
  for (const auto& [rows, columns, shown] :
       {std::tuple(1, 1, true), {4096, 4096, true}, {4097, 1, false}, {1, 3'000'000, false}, {0, 5, false}}) {
    EXPECT_EQ(is_shown(rows, columns), shown) << rows << " " << columns;
    if (!shown) {
      EXPECT_THROW(png({rows, columns, Colours::gray, {}}), DataError);
    }
  }
}

TEST(UnitPictures, AreNoneWhereTheyAreTooLarge) {
  const WeightPictures all = unit_pictures(full({5000, 3}, 1), 1, 5000);
  EXPECT_TRUE(all.pictures.empty());
  EXPECT_EQ(all.of, 3);
  EXPECT_EQ(all.columns, 5000);
}

TEST(Png, GoesFromBlueOverWhiteToRed) {
  EXPECT_EQ(colour(128), (Rgb{247, 247, 247}));
  EXPECT_EQ(colour(1), (Rgb{5, 80, 160}));
  EXPECT_EQ(colour(255), (Rgb{178, 24, 43}));
  EXPECT_EQ(colour(0), colour(1));
  EXPECT_GT(colour(100)[2], colour(100)[0]);
  EXPECT_GT(colour(156)[0], colour(156)[2]);
}

TEST(Png, RefusesPicturesWithoutPixelsOrWithOtherNumbersOfBytes) {
  EXPECT_EQ(message_of<DataError>([] {
              png({2, 2, Colours::gray, Bytes(3)});
            }),
            "picture: expected 1 to 4096 rows and columns and a byte for each pixel, got 2 x 2 with 3 bytes");
  EXPECT_THROW(png({0, 5, Colours::gray, {}}), DataError);
  EXPECT_THROW(png({1, 4097, Colours::gray, Bytes(4097)}), DataError);
}

TEST(UnitPictures, FoldTheColumnsOfTheWeights) {
  // Two units behind images of 2 x 3.
  const Array weights = Array::of<double>({6, 2}, {2, 0, -2, 0, 1, 0, -1, 0, 0, 2, 2, -2});
  const WeightPictures pictures = unit_pictures(weights, 2, 3);
  EXPECT_EQ(pictures.limit, 2);
  EXPECT_EQ(pictures.of, 2);
  ASSERT_EQ(pictures.pictures.size(), 2U);
  EXPECT_EQ(pictures.pictures[0].rows, 2);
  EXPECT_EQ(pictures.pictures[0].columns, 3);
  EXPECT_EQ(pictures.pictures[0].bytes, (Bytes{255, 1, 192, 64, 128, 255}));
  EXPECT_EQ(pictures.pictures[1].bytes, (Bytes{128, 128, 128, 128, 255, 1}));
}

TEST(UnitPictures, ShowTheFirstOnesAndCountAll) {
  const WeightPictures pictures = unit_pictures(zeros({4, 9}), 2, 2, 3);
  EXPECT_EQ(pictures.pictures.size(), 3U);
  EXPECT_EQ(pictures.of, 9);
  EXPECT_EQ(pictures.pictures[2].bytes, Bytes(4, 128));
}

TEST(UnitPictures, AreNotPaledByOneLargeWeight) {
  Array weights = full({400, 1}, 0.5);
  weights.as<float>()[7] = 1000;
  weights.as<float>()[8] = -std::numeric_limits<float>::infinity();
  weights.as<float>()[9] = std::numeric_limits<float>::quiet_NaN();
  const WeightPictures pictures = unit_pictures(weights, 20, 20);
  EXPECT_EQ(pictures.limit, 0.5);
  const Bytes& bytes = pictures.pictures[0].bytes;
  EXPECT_EQ((Bytes{bytes.begin() + 6, bytes.begin() + 10}), (Bytes{255, 255, 1, 128}));
}

TEST(FilterPictures, ShowEachChannelOfEachFilter) {
  Array weights(DType::float32, {2, 2, 1, 2});
  for (int i = 0; i < 8; ++i) weights.as<float>()[static_cast<std::size_t>(i)] = i == 5 ? -1.0F : 1.0F;
  const WeightPictures pictures = filter_pictures(weights);
  EXPECT_EQ(pictures.of, 4);
  EXPECT_EQ(pictures.rows, 1);
  EXPECT_EQ(pictures.columns, 2);
  ASSERT_EQ(pictures.pictures.size(), 4U);
  EXPECT_EQ(pictures.pictures[1].bytes, (Bytes{255, 255}));
  EXPECT_EQ(pictures.pictures[2].bytes, (Bytes{255, 1}));
}

TEST(MatrixPicture, HasARowForEachOutput) {
  const Array weights = Array::of<double>({3, 2}, {2, 0, -2, 1, 1, -1});
  const WeightPictures all = matrix_picture(weights);
  EXPECT_EQ(all.limit, 2);
  EXPECT_EQ(all.of, 2);
  EXPECT_EQ(all.inputs, 3);
  ASSERT_EQ(all.pictures.size(), 1U);
  EXPECT_EQ(all.pictures[0].rows, 2);
  EXPECT_EQ(all.pictures[0].columns, 3);
  EXPECT_EQ(all.pictures[0].bytes, (Bytes{255, 1, 192, 128, 192, 64}));
}

TEST(MatrixPicture, ShowsTheFirstInputsAndOutputsAndCountsAll) {
  Array weights = zeros({5, 4});
  weights.as<float>()[1] = 1;   // of input 0 and output 1
  weights.as<float>()[6] = -1;  // of input 1 and output 2
  weights.as<float>()[12] = 9;  // of input 3, which is not shown
  const WeightPictures all = matrix_picture(weights, 3);
  EXPECT_EQ(all.of, 4);
  EXPECT_EQ(all.inputs, 5);
  EXPECT_EQ(all.pictures.at(0).bytes, (Bytes{128, 128, 128, 255, 128, 128, 128, 1, 128}));
}

TEST(WeightPictures, RefuseOtherShapes) {
  EXPECT_EQ(message_of<ShapeError>([] {
              unit_pictures(zeros({5, 2}), 2, 2);
            }),
            "unit_pictures: expected weights (4,units), got (5,2)");
  EXPECT_EQ(message_of<ShapeError>([] {
              filter_pictures(zeros({5, 2}));
            }),
            "filter_pictures: expected weights (M,C,rows,columns), got (5,2)");
  EXPECT_EQ(message_of<ShapeError>([] {
              matrix_picture(zeros({5, 2, 1}));
            }),
            "matrix_picture: expected weights (inputs,outputs), got (5,2,1)");
}

}  // namespace
}  // namespace gradtable::report
