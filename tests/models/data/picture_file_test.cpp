#include "gradtable/models/data/picture_file.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/idx_bytes.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>
#include <png.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/report/picture.hpp"

namespace gradtable {
namespace {

using report::Colours;
using report::png;
using testing::Bytes;
using testing::message_of;
using namespace std::string_literals;

class PictureFile : public ::testing::Test {
 protected:
  GrayPicture read(std::string_view content) const {
    return read_picture_file(folder_.write("picture", content));
  }
  // 0 to 255, or 65535.
  std::vector<int> values(std::string_view content, int largest = 255) const {
    std::vector<int> found;
    for (const float shade : read(content).shades)
      found.push_back(static_cast<int>(shade * static_cast<float>(largest) + 0.5F));
    return found;
  }
  // What the error says behind the file's name.
  std::string error(std::string_view content) const {
    const std::string message = message_of<DataError>([&] { read(content); });
    const std::string file = folder_.path("picture") + "@byte ";
    EXPECT_TRUE(message.starts_with(file)) << message;
    return message.substr(std::min(file.size(), message.size()));
  }

  testing::TemporaryFolder folder_;
};

// Of pixels in this format of libpng, a row each of the number of columns.
template <class Sample>
std::string png_of(png_uint_32 format, png_uint_32 rows, png_uint_32 columns,
                   const std::vector<Sample>& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = columns;
  image.height = rows;
  image.format = format;
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string file(bytes, '\0');
  EXPECT_NE(png_image_write_to_memory(&image, file.data(), &bytes, 0, pixels.data(), 0, nullptr), 0);
  file.resize(bytes);
  return file;
}

const std::string kGray = png({2, 3, Colours::gray, {0, 1, 128, 200, 254, 255}});

TEST_F(PictureFile, ReadsPgmAsTextAndAsBytes) {
  const GrayPicture picture = read("P2\n3 2\n255\n0 1 128\n200 254 255\n");
  EXPECT_EQ(picture.rows, 2);
  EXPECT_EQ(picture.columns, 3);
  EXPECT_EQ(picture.source, folder_.path("picture"));
  const std::vector<int> expected = {0, 1, 128, 200, 254, 255};
  EXPECT_EQ(values("P2\n3 2\n255\n0 1 128\n200 254 255\n"), expected);
  EXPECT_EQ(values("P2 # by hand\n# 3 columns\n3#2\n 2\r\n255 0 1 128 200 254 255 # the end"), expected);
  EXPECT_EQ(values("P5\n3 2\n255\n\x00\x01\x80\xc8\xfe\xff"s), expected);
  EXPECT_EQ(values("P5 3 2 #c\n 255 \x00\x01\x80\xc8\xfe\xff"s), expected);
}

TEST_F(PictureFile, TakesEveryLargestValueOfAPgm) {
  EXPECT_EQ(read("P2 2 1 1 0 1").shades, (std::vector<float>{0, 1}));
  EXPECT_EQ(read("P5 3 1 4 \x00\x01\x04"s).shades, (std::vector<float>{0, 0.25, 1}));
  EXPECT_EQ(values("P5 2 1 65535 \x01\x02\xff\xff"s, 65535), (std::vector<int>{258, 65535}));
  EXPECT_EQ(read("P5 2 1 256 \x00\x40\x01\x00"s).shades, (std::vector<float>{0.25, 1}));
  EXPECT_EQ(values("P2 2 1 65535 258 65535", 65535), (std::vector<int>{258, 65535}));
}

TEST_F(PictureFile, ReadsAPgmThatIsPacked) {
  const std::string content = "P2 2 1 255 7 9";
  folder_.write("packed", testing::gzip({content.begin(), content.end()}));
  EXPECT_TRUE(is_picture_file(folder_.path("packed")));
  EXPECT_EQ(read_picture_file(folder_.path("packed")).shades.size(), 2U);
}

TEST_F(PictureFile, RefusesADamagedPgm) {
  EXPECT_EQ(error("P2"), "2: the end of the file; expected a width from 1 to 33554432");
  EXPECT_EQ(error("P53 2 255"), "2: \"3\"; expected a width from 1 to 33554432");
  EXPECT_EQ(error("P2 x"), "3: \"x\"; expected a width from 1 to 33554432");
  EXPECT_EQ(error("P2 -3"), "3: \"-\"; expected a width from 1 to 33554432");
  EXPECT_EQ(error("P2 0 2 255"), "3: 0; expected a width from 1 to 33554432");
  EXPECT_EQ(error("P2 3 99999999999999999999 255"),
            "5: more than 33554432; expected a height from 1 to 33554432");
  EXPECT_EQ(
      error("P5 33554432 33554432 255 "),
      "2: 33554432 rows and 33554432 columns; expected at least one of each, and at most 33554432 pixels");
  EXPECT_EQ(error("P2 3 2 0"), "7: 0; expected a largest value from 1 to 65535");
  EXPECT_EQ(error("P2 3 2 65536"), "7: more than 65535; expected a largest value from 1 to 65535");
  EXPECT_EQ(error("P2 3 2 9 0 1 2 3 10 5"), "17: more than 9; expected a pixel from 0 to 9");
  EXPECT_EQ(error("P2 3 2 9 0 1 2 3 4   "), "21: the end of the file; expected a pixel from 0 to 9");
  EXPECT_EQ(error("P2 3 2 9 0 1 2"), "14: the end of the file; expected 12 bytes of pixels from byte 8 on");
  EXPECT_EQ(error("P2 1 1 9 0 1"), "11: \"1\"; expected the end of the file, behind all pixels");
  EXPECT_EQ(error("P5 3 2 255"), "10: the end of the file; expected one space, behind the largest value");
  EXPECT_EQ(error("P5 3 2 255 12345"), "16: the end of the file; expected 6 bytes of pixels from byte 11 on");
  EXPECT_EQ(error("P5 3 2 255 1234567"),
            "17: more data; expected the end of the file, by its width and height");
  EXPECT_EQ(error("P5 1 1 9 \x0a"), "9: the value 10; expected at most 9");
}

TEST_F(PictureFile, RefusesEveryPrefix) {
  for (const std::string& whole :
       {kGray, "P2\n3 2\n9\n0 1 2\n3 4 5\n"s, "P5 3 2 255 123456"s, "P5 1 2 256 1234"s})
    for (std::size_t size = 2; size + 1 < whole.size(); ++size)
      EXPECT_NE(error(whole.substr(0, size)), "") << size;
}

TEST_F(PictureFile, ReadsGrayPngToTheByte) {
  EXPECT_EQ(values(kGray), (std::vector<int>{0, 1, 128, 200, 254, 255}));
  EXPECT_EQ(read(kGray).rows, 2);
  EXPECT_EQ(read(kGray).columns, 3);
}

TEST_F(PictureFile, TurnsColoursIntoTheirLuminance) {
  const std::vector<std::uint8_t> colours = {255, 0,   0,   0,  255, 0,  0, 0, 255,
                                             255, 255, 255, 90, 90,  90, 0, 0, 0};
  const std::vector<int> found = values(png_of(PNG_FORMAT_RGB, 1, 6, colours));
  ASSERT_EQ(found.size(), 6U);
  EXPECT_GT(found[1], found[0]) << "green is brighter than red";
  EXPECT_GT(found[0], found[2]) << "and that brighter than blue";
  EXPECT_EQ((std::vector<int>{found.begin() + 3, found.end()}), (std::vector<int>{255, 90, 0}));
}

TEST_F(PictureFile, ShowsWhiteBehindWhatIsTransparent) {
  const std::vector<std::uint8_t> pixels = {0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0};
  EXPECT_EQ(values(png_of(PNG_FORMAT_RGBA, 1, 3, pixels)), (std::vector<int>{255, 0, 255}));
  EXPECT_EQ(values(png_of(PNG_FORMAT_GA, 1, 2, std::vector<std::uint8_t>{0, 0, 40, 255})),
            (std::vector<int>{255, 40}));
}

TEST_F(PictureFile, ReadsPngOfAPalette) {
  // Two colours, a bit a pixel: libpng writes that for two shades.
  std::vector<std::uint8_t> indices(64, 0);
  indices[9] = 1;
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = 8;
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = 2;
  const std::uint8_t colours[] = {255, 255, 255, 0, 0, 0};
  png_alloc_size_t bytes = 4096;
  std::string file(bytes, '\0');
  ASSERT_NE(png_image_write_to_memory(&image, file.data(), &bytes, 0, indices.data(), 0, colours), 0);
  file.resize(bytes);
  std::vector<int> expected(64, 255);
  expected[9] = 0;
  EXPECT_EQ(values(file), expected);
}

TEST_F(PictureFile, RefusesADamagedPng) {
  std::string flipped = kGray;
  flipped[kGray.find("IDAT") + 6] ^= 1;
  EXPECT_TRUE(error(flipped).find("a checksum of other bytes; expected 0x") != std::string::npos);
  EXPECT_EQ(error(kGray + "x"), std::to_string(kGray.size()) +
                                    ": more data; expected the end of the file, "
                                    "behind the chunk IEND");
  EXPECT_EQ(error(kGray.substr(0, kGray.size() - 12)),
            std::to_string(kGray.size() - 12) + ": the end of the file; expected more chunks, up to IEND");
  EXPECT_EQ(error(kGray.substr(0, 8)), "8: the end of the file; expected more chunks, up to IEND");
  EXPECT_EQ(error(kGray.substr(0, 6)),
            "0: a damaged PNG file; expected a PNG file, or a PGM file (P2 or P5)");
}

// The chunk with its length and checksum.
std::string chunk(const std::string& name, const std::string& content) {
  const std::string all = name + content;
  const auto sum =
      static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(all.data()), all.size()));
  const auto word = [](std::uint32_t value) {
    const Bytes bytes = testing::words({value});
    return std::string(bytes.begin(), bytes.end());
  };
  return word(static_cast<std::uint32_t>(content.size())) + all + word(sum);
}

TEST_F(PictureFile, AsksForNoMemoryThatAPngCannotFill) {
  const auto png_of_size = [](std::uint32_t columns, std::uint32_t rows, const std::string& data) {
    const Bytes size = testing::words({columns, rows});
    return "\x89PNG\r\n\x1a\n"s + chunk("IHDR", std::string(size.begin(), size.end()) + "\x08\0\0\0\0"s) +
           chunk("IDAT", data) + chunk("IEND", "");
  };
  EXPECT_EQ(error(png_of_size(5000, 5000, "abc")),
            "8: 3 bytes of image data; expected enough for 5000 rows and 5000 columns");
  EXPECT_EQ(error(png_of_size(100000, 100000, "abc")),
            "16: 100000 rows and 100000 columns; expected at least one of each, and at most 33554432 pixels");
  EXPECT_EQ(error(png_of_size(0, 1, "abc")),
            "16: 1 rows and 0 columns; expected at least one of each, and at most 33554432 pixels");
  EXPECT_TRUE(error(png_of_size(2, 2, "abc")).starts_with("8: damaged image data ("));
  EXPECT_EQ(error("\x89PNG\r\n\x1a\n"s + chunk("IDAT", "abc")),
            "12: another chunk; expected IHDR of 13 bytes");
}

TEST_F(PictureFile, NamesFormatsThatAreNotRead) {
  const std::string expected = " file; expected a PNG file, or a PGM file (P2 or P5)";
  for (const auto& [content, name] :
       std::vector<std::pair<std::string, std::string>>{{"\xff\xd8\xff\xe0 and so on", "a JPEG"},
                                                        {"GIF89a and so on", "a GIF"},
                                                        {"BM and so on", "a BMP"},
                                                        {"RIFF and so on", "a WebP"},
                                                        {"P6 3 2 255 ", "a PPM"},
                                                        {"P4 3 2 ", "a PBM"}}) {
    EXPECT_TRUE(is_picture_file(folder_.write("picture", content))) << name;
    EXPECT_EQ(error(content), "0: " + name + expected);
  }
}

TEST_F(PictureFile, KnowsWhatIsNone) {
  EXPECT_FALSE(is_picture_file(folder_.write("picture", testing::idx_images(1, 2, 2))));
  EXPECT_FALSE(is_picture_file(folder_.write("picture", testing::gzip(testing::idx_images(1, 2, 2)))));
  EXPECT_FALSE(is_picture_file(folder_.write("picture", std::string_view())));
  EXPECT_FALSE(is_picture_file(folder_.write("picture", std::string_view("P"))));
  EXPECT_FALSE(is_picture_file(folder_.write("picture", std::string_view("Predictions"))));
  EXPECT_FALSE(is_picture_file(folder_.path("nothing")));
  EXPECT_FALSE(is_picture_file(folder_.path("")));
  EXPECT_TRUE(is_picture_file(folder_.write("picture", kGray)));
  EXPECT_EQ(error("text"), "0: no picture that is known; expected a PNG file, or a PGM file (P2 or P5)");
}

}  // namespace
}  // namespace gradtable
