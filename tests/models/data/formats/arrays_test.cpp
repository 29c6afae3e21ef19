#include "gradtable/models/data/formats/arrays.hpp"

#include <cmath>

#include "tests/models/data/formats/npy_bytes.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/formats/npz.hpp"

namespace gradtable {
namespace {

using testing::contains;

const Array kInputs = Array::of<float>({3, 2}, {1, 2, 3, 4, 5, 6});

std::string refusal(const Array& inputs, const Array& targets, const ArrayDataOptions& options = {}) {
  return testing::message_of<DataError>([&] { dataset_of(inputs, targets, options); });
}

TEST(DatasetOfArrays, TakesIntegersAsLabelsAndRealNumbersAsTheyAre) {
  const Dataset classes = dataset_of(kInputs, Array::of<std::int32_t>({3}, {2, 0, 1}));
  EXPECT_EQ(classes.classes, 3);
  EXPECT_EQ(classes.label(0), 2);
  EXPECT_NO_THROW(require_valid(classes));
  const Dataset numbers = dataset_of(kInputs, Array::of<double>({3}, {0.5, 1, 2}));
  EXPECT_FALSE(numbers.has_classes());
  EXPECT_EQ(numbers.targets.type(), (TensorType{DType::float64, {3}}));
  EXPECT_NO_THROW(require_valid(numbers));
}

TEST(DatasetOfArrays, TakesTargetsAsItIsTold) {
  const Dataset classes =
      dataset_of(kInputs, Array::of<double>({3, 1}, {1, 0, 1}), {.targets = Targets::classes});
  EXPECT_EQ(classes.classes, 2);
  EXPECT_EQ(classes.targets.type(), (TensorType{DType::int32, {3}}));
  const Dataset numbers =
      dataset_of(kInputs, Array::of<std::int32_t>({3}, {7, 8, 9}), {.targets = Targets::numbers});
  EXPECT_EQ(numbers.targets.as<float>()[1], 8);
  EXPECT_TRUE(contains(refusal(kInputs, Array::of<double>({3}, {0, 1.5, 1}), {.targets = Targets::classes}),
                       "targets@row 1: label 1.5; expected a whole number from 0"));
}

TEST(DatasetOfArrays, MakesNumbersOfIntegersUnlessTheyAreIndices) {
  const Array ids = Array::of<std::int32_t>({3, 1}, {5, 0, 16777217}), t = Array::of<float>({3}, {0, 1, 2});
  EXPECT_EQ(dataset_of(ids, t).inputs.as<double>()[2], 16777217);  // float32 does not have it
  EXPECT_EQ(dataset_of(ids, t, {.inputs_are_indices = true}).inputs.dtype(), DType::int32);
  EXPECT_EQ(dataset_of(Array::of<std::int32_t>({3, 1}, {1, 0, 1}), t).inputs.as<float>()[0], 1);
  EXPECT_EQ(dataset_of(Array::of<std::uint8_t>({3, 1}, {1, 0, 255}), t).inputs.dtype(), DType::uint8);
}

TEST(DatasetOfArrays, NamesWhatDoesNotFit) {
  const Array labels = Array::of<std::int32_t>({3}, {0, 1, 1});
  EXPECT_EQ(refusal(kInputs, Array::of<std::int32_t>({2}, {0, 1})),
            "targets: 2 targets; expected 3, one for each example of inputs");
  EXPECT_EQ(refusal(kInputs, Array::of<std::int32_t>({3}, {1, 1, 1})),
            "targets: 3 labels of one class, 1; expected two classes at least");
  EXPECT_EQ(refusal(kInputs, Array::of<std::int32_t>({3}, {0, -1, 1})),
            "targets@row 1: label -1; expected a whole number from 0, the number of a class");
  EXPECT_EQ(refusal(kInputs, Array::of<std::int32_t>({3}, {0, 1, 1000})),
            "targets@row 2: label 1000; expected labels below 256, as there are 3 examples");
  EXPECT_TRUE(contains(refusal(kInputs, Array::of<std::int32_t>({3, 2}, {0, 1, 0, 1, 1, 0})),
                       "expected labels (n) or (n,1)"));
  EXPECT_TRUE(
      contains(refusal(Array(DType::float32, {0, 2}), Array(DType::float32, {0})), "at least one example"));
  EXPECT_TRUE(contains(refusal(Array::of<float>({}, {1}), labels), "at least one example"));
}

TEST(DatasetOfArrays, NamesTheRowAndColumnOfWhatIsNotFinite) {
  const Array labels = Array::of<std::int32_t>({2}, {0, 1});
  const Array holes = Array::of<float>({2, 2}, {1, 2, std::nanf(""), 4});
  EXPECT_EQ(refusal(holes, labels),
            "inputs@row 1, column 0: nan; expected a finite number, or allow_missing");
  EXPECT_NO_THROW(dataset_of(holes, labels, {.allow_missing = true}));
  EXPECT_EQ(refusal(Array::of<float>({2, 1}, {1, 2}), Array::of<double>({2}, {1, INFINITY})),
            "targets@row 1: inf; expected a finite number");
}

TEST(DatasetOfArrays, ComesFromFiles) {
  const testing::TemporaryFolder folder;
  const std::string x = folder.path("X.npy"), y = folder.path("y.npy"), both = folder.path("both.npz");
  const Array labels = Array::of<std::int32_t>({3}, {2, 0, 1});
  write_npy(x, kInputs);
  write_npy(y, labels);
  write_npz(both, {{"X", kInputs}, {"y", labels}});
  for (const Dataset& data : {load_npy(x, y), load_npz(both)}) {
    EXPECT_EQ(data.size(), 3);
    EXPECT_EQ(data.classes, 3);
    EXPECT_EQ(data.inputs.as<float>()[5], 6);
  }
  EXPECT_TRUE(contains(testing::message_of<DataError>([&] { load_npz(both, "x_train"); }),
                       "no array \"x_train\"; expected one of its arrays: \"X\", \"y\""));
}

}  // namespace
}  // namespace gradtable
