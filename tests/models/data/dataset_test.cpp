#include "gradtable/models/data/dataset.hpp"

#include <cstdint>
#include <vector>

#include "tests/support/datasets.hpp"
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
using testing::labels_of;
using testing::pixels_of;

std::vector<float> floats_of(const SharedArray& numbers) {
  return {numbers.as<float>().begin(), numbers.as<float>().end()};
}

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
  EXPECT_EQ(dataset.example(), (Shape{2, 2}));
  EXPECT_EQ(dataset.rows(), 2);
  EXPECT_EQ(dataset.columns(), 2);
  EXPECT_EQ(dataset.features(), 4);
  EXPECT_EQ(dataset.classes, 5);
  EXPECT_EQ(dataset.inputs.type(), (TensorType{DType::uint8, {3, 2, 2}}));
  EXPECT_EQ(labels_of(dataset), (testing::Bytes{0, 4, 1}));
  EXPECT_EQ(dataset.source, images_);
}

TEST_F(LoadIdx, ShowsItsBytesWhereTheyLie) {
  const Dataset dataset = load_idx(images_, folder_.write("labels", idx_labels({0, 4, 1})));
  EXPECT_EQ(dataset.input_rows().type, (TensorType{DType::uint8, {3, 4}}));
  EXPECT_EQ(dataset.input_rows().data, dataset.inputs.view().data);
  EXPECT_EQ(dataset.targets.type(), (TensorType{DType::uint8, {3}}));
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
  EXPECT_EQ(pixels_of(dataset), (testing::Bytes{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(LoadIdx, SaysWhereTheNumberOfClassesComesFrom) {
  const std::string labels = folder_.write("labels", idx_labels({1, 2, 27}));
  const IdxOptions options{.classes = 26, .classes_source = "by the weights", .labels_begin_at = 1};
  EXPECT_EQ(testing::message_of<DataError>([&] { load_idx(images_, labels, options); }),
            labels + "@byte 10: label 27 at index 2; expected a label from 1 to 26, by the weights");
  const Dataset letters = load_idx(images_, labels, {.labels_begin_at = 1});
  EXPECT_EQ(labels_of(letters), (testing::Bytes{0, 1, 26}));
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
  Dataset data = testing::images<float>(1, 2, 3, {0, 0.25F, 1, -1, 2, 0.5F}, {0, 1, 2}, "file");
  EXPECT_EQ(data.bytes(), 24);
  EXPECT_EQ(data.input_rows().type, (TensorType{DType::float32, {3, 2}}));
  EXPECT_EQ(data.picture(0), (std::vector<std::uint8_t>{0, 64}));
  EXPECT_EQ(data.picture(1), (std::vector<std::uint8_t>{255, 0}));
  EXPECT_EQ(data.picture(2), (std::vector<std::uint8_t>{255, 128}));
  const std::uint32_t sum = checksum(data);
  const Dataset last = take_last(data, 1);
  EXPECT_EQ(floats_of(last.inputs), (std::vector<float>{2, 0.5F}));
  EXPECT_EQ(labels_of(last), (std::vector<std::uint8_t>{2}));
  EXPECT_EQ(floats_of(data.inputs), (std::vector<float>{0, 0.25F, 1, -1}));
  EXPECT_NE(checksum(data), sum);
  EXPECT_EQ(floats_of(part_of(data, 1, 1).inputs), (std::vector<float>{1, -1}));
}

TEST(Dataset, OfRealTargetsHasNoClasses) {
  const Dataset data = testing::numbers({2, 3}, {1, 2, 3, 4, 5, 6}, {2, 1}, {0.5F, 1.5F});
  EXPECT_NO_THROW(require_valid(data));
  EXPECT_FALSE(data.has_classes());
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.example(), Shape{3});
  EXPECT_EQ(data.rows(), 1);
  EXPECT_EQ(data.columns(), 3);
  EXPECT_EQ(floats_of(part_of(data, 1, 1).targets), (std::vector<float>{1.5F}));
  EXPECT_EQ(fingerprint(data), fmt::format("2 examples of (3), CRC-32 {:08x}", checksum(data)));
}

TEST(Dataset, PartsShareTheNumbersAndKeepThemAlive) {
  Dataset part;
  const void* second = nullptr;
  {
    const Dataset whole = testing::images(1, 2, 3, {1, 2, 3, 4, 5, 6}, {0, 1, 2});
    part = part_of(whole, 1, 2);
    second = whole.inputs.as<std::uint8_t>().data() + 2;
  }
  EXPECT_EQ(part.inputs.view().data, second);
  EXPECT_EQ(pixels_of(part), (std::vector<std::uint8_t>{3, 4, 5, 6}));
}

TEST(Dataset, SaysWhatDoesNotBelongTogether) {
  const auto refused = [](const Dataset& data) {
    return testing::message_of<DataError>([&] { require_valid(data); });
  };
  const SharedArray x = zeros({3, 2}), labels = zeros({3}, DType::uint8);
  EXPECT_EQ(refused({.inputs = x, .targets = labels, .source = "f"}),
            "f: expected targets, float32 or float64 (n,...), got uint8 (3)");
  EXPECT_EQ(refused({.inputs = x, .targets = zeros({3}), .classes = 2, .source = "f"}),
            "f: expected labels, uint8 or int32 (n), got float32 (3)");
  EXPECT_EQ(refused({.inputs = x, .targets = zeros({4, 1}), .source = "f"}),
            "f: expected as many targets as inputs, 3, got float32 (4,1)");
  EXPECT_EQ(refused({.inputs = zeros({}), .targets = zeros({1}), .source = "f"}),
            "f: expected inputs (n,...), got float32 ()");
  EXPECT_EQ(refused({.inputs = x, .targets = labels, .classes = 3, .class_names = {"a"}, .source = "f"}),
            "f: expected 3 names of classes, or none, got 1");
  EXPECT_EQ(refused({.inputs = x, .targets = zeros({3}), .input_names = {"a"}, .source = "f"}),
            "f: expected 2 names of the numbers of an example, or none, got 1");
}

TEST(TakeLast, SplitsADataSet) {
  Dataset data = testing::images(1, 2, 3, {1, 2, 3, 4, 5, 6}, {0, 1, 2}, "file");
  const Dataset last = take_last(data, 2);
  EXPECT_EQ(last.source, "file");
  EXPECT_EQ(pixels_of(data), (std::vector<std::uint8_t>{1, 2}));
  EXPECT_EQ(labels_of(data), (std::vector<std::uint8_t>{0}));
  EXPECT_EQ(pixels_of(last), (std::vector<std::uint8_t>{3, 4, 5, 6}));
  EXPECT_EQ(labels_of(last), (std::vector<std::uint8_t>{1, 2}));
  EXPECT_EQ(last.example(), (Shape{1, 2}));
  EXPECT_EQ(last.classes, 3);
}

TEST(Checksum, IsThatOfThePixelsAndThenTheLabels) {
  // The bytes "123456" and "789", whose CRC-32 is the check value of the standard.
  const Dataset data{.inputs = {std::vector<std::uint8_t>{'1', '2', '3', '4', '5', '6'}, {3, 2}},
                     .targets = {std::vector<std::uint8_t>{'7', '8', '9'}, {3}},
                     .classes = 58};
  EXPECT_EQ(checksum(data), 0xcbf43926U);
  EXPECT_EQ(checksum({}), 0U);
}

TEST(Checksum, ChangesWithEveryPixelAndLabel) {
  const std::vector<std::uint8_t> pixels = {1, 2, 3, 4};
  const Dataset data = testing::images(1, 2, 3, pixels, {0, 1});
  for (const std::size_t i : {0U, 1U, 2U, 3U}) {
    std::vector<std::uint8_t> other = pixels;
    other[i] ^= 1;
    EXPECT_NE(checksum(testing::images(1, 2, 3, other, {0, 1})), checksum(data)) << i;
  }
  EXPECT_NE(checksum(testing::images(1, 2, 3, pixels, {1, 0})), checksum(data));
}

TEST(Fingerprint, CountsTheImagesOfEachClass) {
  const Dataset data = testing::images(1, 2, 3, {1, 2, 3, 4}, {0, 2});
  EXPECT_EQ(fingerprint(data), fmt::format("2 images of 1x2, CRC-32 {:08x}, by class 1 0 1", checksum(data)));
  EXPECT_EQ(fingerprint({}), "0 images of 0x0, CRC-32 00000000, by class ");
  const Dataset table{
      .inputs = zeros({3, 4}), .targets = Array::of<std::int32_t>({3}, {1, 1, 0}), .classes = 2};
  EXPECT_EQ(fingerprint(table),
            fmt::format("3 examples of (4), CRC-32 {:08x}, by class 1 2", checksum(table)));
}

}  // namespace
}  // namespace gradtable
