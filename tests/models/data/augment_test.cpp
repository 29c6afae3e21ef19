#include "gradtable/models/data/augment.hpp"

#include <algorithm>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/data/digits.hpp"

namespace gradtable {
namespace {

using Bytes = std::vector<std::uint8_t>;

const AugmentationOptions kOptions{.shift = 2, .rotate = 10, .elastic = {.sigma = 4, .alpha = 30}};

struct Batch {
  const Dataset digits = draw_digits(20, 1);
  const Augmenter augmenter{kOptions, 28, 28, 7};
  Graph g;
  const Tensor images = g.input("images", {20, 784}, DType::uint8);
  const Tensor indices = g.input("indices", {8}, DType::int32);
  const Tensor epoch = g.input("epoch", {}, DType::int32);

  Array run(const Array& of, std::int32_t number, int threads = 1) {
    const Tensor batch = augment(images, indices, epoch, augmenter);
    Program program = compile(g, {.outputs = {batch}, .threads = threads, .min_threads = threads});
    const Array now = Array::of<std::int32_t>({}, {number});
    return std::move(program.infer({{images, digits.input_rows()}, {indices, of}, {epoch, now}}).front());
  }
};

const Array kIndices = Array::of<std::int32_t>({8}, {3, 19, 0, 7, 7, 11, 2, 5});

TEST(Augment, GivesWhatTheAugmenterMakes) {
  Batch batch;
  const Array found = batch.run(kIndices, 4);
  Array expected(DType::uint8, {8, 784});
  batch.augmenter.augment(batch.digits.input_rows(), kIndices.as<std::int32_t>(), 4, {0, 8}, expected.view());
  EXPECT_TRUE(std::ranges::equal(found.as<std::uint8_t>(), expected.as<std::uint8_t>()));
}

TEST(Augment, GivesTheSameForAnyNumberOfThreadsAndOthersInAnotherEpoch) {
  Batch batch;
  const Array one = batch.run(kIndices, 4), two = batch.run(kIndices, 4, 2), later = batch.run(kIndices, 5);
  EXPECT_TRUE(std::ranges::equal(one.as<std::uint8_t>(), two.as<std::uint8_t>()));
  EXPECT_FALSE(std::ranges::equal(one.as<std::uint8_t>(), later.as<std::uint8_t>()));
}

TEST(Augment, RefusesOtherTypes) {
  Batch batch;
  auto& [digits, augmenter, g, images, indices, epoch] = batch;
  const auto refused = [&](const Tensor& a, const Tensor& b, const Tensor& c) {
    return testing::message_of<ShapeError>([&] { augment(a, b, c, batch.augmenter); });
  };
  EXPECT_TRUE(testing::contains(refused(g.input("small", {5, 9}, DType::uint8), indices, epoch),
                                "augment: expected uint8 images (n,784), got uint8 (5,9)"));
  EXPECT_NE(refused(g.input("real", {20, 784}), indices, epoch), "");
  EXPECT_NE(refused(images, g.input("real indices", {8}), epoch), "");
  EXPECT_NE(refused(images, indices, g.input("epochs", {2}, DType::int32)), "");
}

TEST(Augment, RefusesIndicesOutOfRangeAndEpochsBelowZero) {
  Batch batch;
  EXPECT_THROW(batch.run(Array::of<std::int32_t>({8}, {0, 1, 2, 20, 0, 0, 0, 0}), 1), DataError);
  EXPECT_THROW(batch.run(Array::of<std::int32_t>({8}, {0, 1, 2, -1, 0, 0, 0, 0}), 1), DataError);
  EXPECT_THROW(batch.run(kIndices, -1), DataError);
}

}  // namespace
}  // namespace gradtable
