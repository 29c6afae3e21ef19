#include "gradtable/models/data/dataset.hpp"

#include <utility>

#include "tests/support/idx_bytes.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::idx_images;
using testing::idx_labels;

class LoadIdx : public ::testing::Test {
 protected:
  std::string error(const std::string& labels_path, std::int64_t classes) {
    try {
      load_idx(images_, labels_path, {.classes = classes});
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }

  testing::TemporaryFolder folder_;
  std::string images_ = folder_.write("images", idx_images(3, 2, 2));
};

TEST_F(LoadIdx, PairsImagesWithLabelsAndCountsClasses) {
  const Dataset dataset = load_idx(images_, folder_.write("labels", idx_labels({0, 4, 1})));
  EXPECT_EQ(dataset.size(), 3);
  EXPECT_EQ(dataset.rows, 2);
  EXPECT_EQ(dataset.columns, 2);
  EXPECT_EQ(dataset.features(), 4);
  EXPECT_EQ(dataset.classes, 5);
  EXPECT_EQ(dataset.pixels.size(), 12U);
  EXPECT_EQ(dataset.labels, (testing::Bytes{0, 4, 1}));
  EXPECT_EQ(dataset.source, images_);
}

TEST_F(LoadIdx, ShowsItsBytesWhereTheyLie) {
  Dataset dataset = load_idx(images_, folder_.write("labels", idx_labels({0, 4, 1})));
  EXPECT_EQ(dataset.pixel_view().type, (TensorType{DType::uint8, {3, 4}}));
  EXPECT_EQ(dataset.pixel_view().data, dataset.pixels.data());
  EXPECT_EQ(dataset.label_view().type, (TensorType{DType::uint8, {3}}));
  EXPECT_EQ(dataset.label_view().data, dataset.labels.data());
  dataset.pixels.pop_back();
  EXPECT_THROW(dataset.pixel_view(), ShapeError);
}

TEST_F(LoadIdx, TakesTheNumberOfClassesThatItIsTold) {
  EXPECT_EQ(load_idx(images_, folder_.write("labels", idx_labels({0, 4, 1})), {.classes = 10}).classes, 10);
}

TEST_F(LoadIdx, RefusesCountsThatDifferAndNamesBoth) {
  const std::string labels = folder_.write("labels", idx_labels({1, 2}));
  EXPECT_EQ(error(labels, 0), labels + ": 2 labels; expected 3, one for each image of " + images_);
}

// Of the header alone: there is no label behind it.
TEST_F(LoadIdx, ReadsNoLabelsWhereTheyAreMoreThanTheImages) {
  for (const bool packed : {false, true}) {
    const testing::Bytes header = testing::words({0x801, 943'718'400});
    const std::string labels = folder_.write("labels", packed ? testing::gzip(header) : header);
    EXPECT_EQ(error(labels, 0), labels + ": 943718400 labels; expected 3, one for each image of " + images_);
  }
}

TEST_F(LoadIdx, NamesTheShiftOfLabelsWhoseFirstClassIsMissing) {
  const std::string labels = folder_.write("labels", idx_labels({1, 26, 2}));
  EXPECT_EQ(error(labels, 26),
            labels +
                "@byte 9: label 26 at index 1; expected a label below 26; the labels there "
                "begin at 1: labels_begin_at says where");
}

TEST_F(LoadIdx, RefusesALabelBeyondTheClassesWithItsIndexAndValue) {
  const std::string labels = folder_.write("labels", idx_labels({9, 255, 11}));
  EXPECT_EQ(error(labels, 10), labels + "@byte 9: label 255 at index 1; expected a label below 10");
}

TEST_F(LoadIdx, KeepsTheFirstAndTheNumberOfClasses) {
  Dataset dataset = load_idx(images_, folder_.write("labels", idx_labels({0, 1, 4})));
  keep_first(dataset, 5);
  EXPECT_EQ(dataset.size(), 3);
  keep_first(dataset, 2);
  EXPECT_EQ(dataset.size(), 2);
  EXPECT_EQ(dataset.classes, 5);
  EXPECT_EQ(dataset.pixels, (testing::Bytes{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(LoadIdx, SaysWhereTheNumberOfClassesComesFrom) {
  const std::string labels = folder_.write("labels", idx_labels({1, 2, 27}));
  const IdxOptions options{.classes = 26, .classes_source = "by the weights", .labels_begin_at = 1};
  EXPECT_EQ(testing::message_of<DataError>([&] { load_idx(images_, labels, options); }),
            labels + "@byte 10: label 27 at index 2; expected a label from 1 to 26, by the weights");
  const Dataset letters = load_idx(images_, labels, {.labels_begin_at = 1});
  EXPECT_EQ(letters.labels, (testing::Bytes{0, 1, 26}));
  EXPECT_EQ(testing::message_of<DataError>([&] { require_labels_below(letters, labels, options); }),
            labels + ": label 27 at index 2; expected a label from 1 to 26, by the weights");
}

// A file of images that would take gigabytes is not read for the labels of three.
TEST_F(LoadIdx, ReadsNoImagesUnlessThereAreAsManyLabels) {
  const std::string bomb = folder_.write("bomb", testing::gzip(testing::words({0x803, 1u << 20, 1024, 1})));
  const std::string labels = folder_.write("labels", idx_labels({1, 2, 0}));
  EXPECT_EQ(testing::message_of<DataError>([&] { load_idx(bomb, labels); }),
            labels + ": 3 labels; expected 1048576, one for each image of " + bomb);
}

TEST(Dataset, OfNumbersIsTakenApartAndShown) {
  Dataset data{1, 2, 3, {}, {0, 1, 2}, "file", {0, 0.25F, 1, -1, 2, 0.5F}};
  EXPECT_FALSE(data.is_bytes());
  EXPECT_EQ(data.bytes(), 24);
  EXPECT_EQ(data.pixel_view().type, (TensorType{DType::float32, {3, 2}}));
  EXPECT_EQ(data.picture(0), (std::vector<std::uint8_t>{0, 64}));
  EXPECT_EQ(data.picture(1), (std::vector<std::uint8_t>{255, 0}));
  EXPECT_EQ(data.picture(2), (std::vector<std::uint8_t>{255, 128}));
  const std::uint32_t sum = checksum(data);
  const Dataset last = take_last(data, 1);
  EXPECT_EQ(last.numbers, (std::vector<float>{2, 0.5F}));
  EXPECT_EQ(last.labels, (std::vector<std::uint8_t>{2}));
  EXPECT_EQ(data.numbers, (std::vector<float>{0, 0.25F, 1, -1}));
  EXPECT_NE(checksum(data), sum);
  EXPECT_EQ(part_of(data, 1, 1).numbers, (std::vector<float>{1, -1}));
}

TEST(TakeLast, SplitsADataSet) {
  Dataset data{1, 2, 3, {1, 2, 3, 4, 5, 6}, {0, 1, 2}};
  data.source = "file";
  const Dataset last = take_last(data, 2);
  EXPECT_EQ(last.source, "file");
  EXPECT_EQ(data.pixels, (std::vector<std::uint8_t>{1, 2}));
  EXPECT_EQ(data.labels, (std::vector<std::uint8_t>{0}));
  EXPECT_EQ(last.pixels, (std::vector<std::uint8_t>{3, 4, 5, 6}));
  EXPECT_EQ(last.labels, (std::vector<std::uint8_t>{1, 2}));
  EXPECT_EQ(last.rows, 1);
  EXPECT_EQ(last.columns, 2);
  EXPECT_EQ(last.classes, 3);
}

TEST(Checksum, IsThatOfThePixelsAndThenTheLabels) {
  // The bytes "1234" and "56789", whose CRC-32 is the check value of the standard.
  EXPECT_EQ(checksum({2, 2, 58, {'1', '2', '3', '4'}, {'5', '6', '7', '8', '9'}}), 0xcbf43926U);
  EXPECT_EQ(checksum({}), 0U);
}

TEST(Checksum, ChangesWithEveryPixelAndLabel) {
  const Dataset data{1, 2, 3, {1, 2, 3, 4}, {0, 1}};
  for (const std::size_t i : {0U, 1U, 2U, 3U}) {
    Dataset other = data;
    other.pixels[i] ^= 1;
    EXPECT_NE(checksum(other), checksum(data)) << i;
  }
  Dataset swapped = data;
  std::swap(swapped.labels[0], swapped.labels[1]);
  EXPECT_NE(checksum(swapped), checksum(data));
}

TEST(Fingerprint, CountsTheImagesOfEachClass) {
  EXPECT_EQ(fingerprint({1, 2, 3, {1, 2, 3, 4}, {0, 2}}),
            fmt::format("2 images of 1x2, CRC-32 {:08x}, by class 1 0 1",
                        checksum({1, 2, 3, {1, 2, 3, 4}, {0, 2}})));
  EXPECT_EQ(fingerprint({}), "0 images of 0x0, CRC-32 00000000, by class ");
}

}  // namespace
}  // namespace gradtable
