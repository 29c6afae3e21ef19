#include "gradtable/ops/indexing.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using testing::expect_error;
using testing::message_of;

class Indexing : public ::testing::Test {
 protected:
  Graph g;
  Tensor x = g.input("x", {2, 3}), labels = g.input("labels", {3}, DType::int32);
};

TEST_F(Indexing, RefusesLabelsOutOfRangeAtRunTime) {
  const Tensor y = one_hot(labels, 4);
  const auto run = [&](const Array& numbers) { evaluate(y, {{labels, numbers}}); };
  const std::string place = ", in one_hot of labels  [" + to_string(y.node().location) + "]";
  EXPECT_EQ(message_of<DataError>([&] {
              run(Array::of<std::int32_t>({3}, {0, 3, 4}));
            }),
            "one_hot: expected labels from 0 to 3, got 4 at 2" + place);
  EXPECT_EQ(message_of<DataError>([&] {
              run(Array::of<std::int32_t>({3}, {0, -1, 2}));
            }),
            "one_hot: expected labels from 0 to 3, got -1 at 1" + place);
}

TEST_F(Indexing, RefusesLabelsThatAreNotIntegers) {
  expect_error<ShapeError>(
      [&] { one_hot(x, 4); },
      "one_hot: expected int32 labels, got float32 (2,3); cast(labels, DType::int32) makes them");
}

TEST_F(Indexing, RefusesNoClassesAndRowsOfIntegers) {
  expect_error<ShapeError>([&] { one_hot(labels, 0); },
                           "one_hot: expected at least 1 class, as float32 or float64, got 0 as float32");
  expect_error<ShapeError>([&] { one_hot(labels, 4, DType::int32); },
                           "one_hot: expected at least 1 class, as float32 or float64, got 4 as int32");
}

TEST_F(Indexing, GivesLabelsOfAnyRankOneMoreAxis) {
  const Tensor grid = g.constant(Array::of<std::int32_t>({2, 2}, {0, 1, 1, 0}));
  const Array rows = Array::of<float>({2, 2, 2}, {1, 0, 0, 1, 0, 1, 1, 0});
  EXPECT_TRUE(testing::same_bits(evaluate(one_hot(grid, 2)), rows));
}

TEST_F(Indexing, RefusesRowsThatAreNotThere) {
  const Tensor bytes = g.input("bytes", {60, 2}, DType::uint8), values = g.input("values", {3, 2});
  const Array none(DType::uint8, {60, 2}), zero(DType::float32, {3, 2});
  for (const std::int32_t bad : {-61, 60}) {
    const Array at = Array::of<std::int32_t>({3}, {59, 0, bad});
    EXPECT_TRUE(
        message_of<DataError>([&] {
          evaluate(gather(bytes, labels), {{bytes, none}, {labels, at}});
        })
            .starts_with(fmt::format("gather: expected indices in [-60,60), got {} at 2, in gather of "
                                     "bytes, labels  [",
                                     bad)));
    EXPECT_TRUE(message_of<DataError>([&] {
                  evaluate(scatter_add(values, labels, 60), {{values, zero}, {labels, at}});
                })
                    .starts_with(fmt::format(
                        "scatter_add: expected indices in [-60,60), got {} at 2, in scatter_add of "
                        "values, labels  [",
                        bad)));
  }
}

TEST_F(Indexing, ChecksTheIndicesOfTheRowsThatItComputesOnly) {
  const Array rows = Array::of<float>({2, 1}, {3, 4}), at = Array::of<std::int32_t>({3}, {1, 5, 0});
  const Op& op = *get_operation(gather(g.input("rows", {2, 1}), labels));
  Array y(DType::float32, {3, 1});
  const std::vector<ConstView> inputs = {rows, at};
  op.forward(inputs, y.view(), {0, 1});
  op.forward(inputs, y.view(), {2, 3});
  EXPECT_TRUE(testing::same_bits(y, Array::of<float>({3, 1}, {4, 0, 3})));
  EXPECT_THROW(op.forward(inputs, y.view(), {1, 2}), DataError);
}

TEST_F(Indexing, CountsAnAdditionForEachValueThatIsPutBack) {
  const std::vector<TensorType> inputs = {{DType::float32, {2, 3}}, {DType::int32, {2}}};
  const Tensor y = scatter_add(x, g.input("two", {2}, DType::int32), 100);
  EXPECT_EQ(get_operation(y)->flops(inputs, y.type()), 6);
}

TEST_F(Indexing, RefusesRowsAndIndicesThatDoNotFit) {
  const Tensor scalar = g.constant(1), grid = g.input("grid", {2, 2}, DType::int32);
  expect_error<ShapeError>([&] { gather(scalar, labels); }, "gather: expected no axes for a scalar, got 0");
  expect_error<ShapeError>([&] { gather(x, labels, 2); }, "gather: expected axes from -2 to 1, got 2");
  expect_error<ShapeError>(
      [&] { gather(x, x); },
      "gather: expected int32 indices, got float32 (2,3); cast(indices, DType::int32) makes them");
  expect_error<ShapeError>(
      [&] {
        gather(g.input("deep", {1, 1, 1, 1, 1, 1, 1, 1}), grid);
      },
      "gather: expected at most 9 axes together, got (1,1,1,1,1,1,1,1) and (2,2)");
  expect_error<ShapeError>([&] { scatter_add(x, labels, 4); },
                           "scatter_add: expected values for each index of (3) from axis 0 on, got (2,3)");
  expect_error<ShapeError>([&] { scatter_add(scalar, labels, 4); },
                           "scatter_add: expected values for each index of (3), got ()");
  expect_error<ShapeError>([&] { scatter_add(labels, labels, 4); },
                           "scatter_add: expected float32 or float64, got int32 (3)");
  for (const std::int64_t rows : {0, -1})
    expect_error<ShapeError>(
        [&] { scatter_add(transpose(x), labels, rows); },
        fmt::format("scatter_add: expected an extent of at least 1 to add (3,2) to, got {}", rows));
}

}  // namespace
}  // namespace gradtable
