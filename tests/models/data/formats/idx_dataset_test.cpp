#include "gradtable/models/data/formats/idx_dataset.hpp"

#include <cstdint>
#include <string>

#include "tests/support/datasets.hpp"
#include "tests/support/idx_bytes.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::idx_images;
using testing::idx_labels;
using testing::labels_of;
using testing::pixels_of;

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

}  // namespace
}  // namespace gradtable
