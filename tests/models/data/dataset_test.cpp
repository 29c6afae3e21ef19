#include "gradtable/models/data/dataset.hpp"

#include <cstdint>
#include <vector>

#include "tests/support/datasets.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::labels_of;
using testing::pixels_of;

std::vector<float> floats_of(const SharedArray& numbers) {
  return {numbers.as<float>().begin(), numbers.as<float>().end()};
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

TEST(SharedArray, SharesItsElementsInAnotherShape) {
  const SharedArray x = Array::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const SharedArray row = x.reshaped({6});
  EXPECT_EQ(row.view().data, x.view().data);
  EXPECT_EQ(row.shape(), Shape({6}));
  EXPECT_THROW(x.reshaped({5}), ShapeError);
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
