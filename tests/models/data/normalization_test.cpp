#include "gradtable/models/data/normalization.hpp"

#include <cmath>
#include <limits>

#include "tests/support/datasets.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/models/training/trainer.hpp"

namespace gradtable {
namespace {

std::vector<float> values(const Tensor& x) {
  const Array result = evaluate(x);
  return {result.as<float>().begin(), result.as<float>().end()};
}

TEST(Normalized, TakesTheMeanAwayAndDivides) {
  Graph g;
  const Tensor x = g.constant(Array::of<float>({2, 2}, {0, 1, 0.5F, 0.25F}));
  const auto y = [](float pixel) { return (pixel - 0.1307F) / 0.3081F; };
  EXPECT_EQ(values(normalized(x, {{0.1307}, {0.3081}})), (std::vector<float>{y(0), y(1), y(0.5F), y(0.25F)}));
  EXPECT_EQ(normalized(x, {}).id(), x.id());
}

TEST(Normalized, TakesEachChannelByItself) {
  Graph g;
  const Tensor x = g.constant(Array::of<float>({1, 4}, {1, 2, 3, 4}));
  EXPECT_EQ(values(normalized(x, {{1, 2}, {1, 2}})), (std::vector<float>{0, 1, 0.5F, 1}));
  EXPECT_THROW(normalized(x, {{1, 2, 3}, {1, 1, 1}}), ShapeError);
}

TEST(Measured, IsMeanAndDeviationOfAllPixels) {
  const Normalization bytes = measured(testing::images(1, 2, 2, {0, 255, 51, 102}, {0, 1}));
  EXPECT_DOUBLE_EQ(bytes.mean.at(0), 0.4);
  EXPECT_DOUBLE_EQ(bytes.deviation.at(0), std::sqrt((0.16 + 0.36 + 0.04 + 0) / 4));
  const Normalization numbers = measured(testing::images<float>(1, 2, 2, {1, 3, 5, 7}, {0, 1}));
  EXPECT_DOUBLE_EQ(numbers.mean.at(0), 4);
  EXPECT_DOUBLE_EQ(numbers.deviation.at(0), std::sqrt(5));
}

// 47,040,000 pixels of one value and one more: no sum loses it.
TEST(Measured, LosesNothingInManyPixels) {
  std::vector<std::uint8_t> pixels(20'000'000, 33);
  pixels[7] = 255;
  const Dataset data = testing::images(1000, 1000, 1, std::move(pixels), std::vector<std::uint8_t>(20));
  const double n = 2e7, mean = (33 * (n - 1) + 255) / (255 * n);
  EXPECT_NEAR(measured(data).mean.at(0), mean, 1e-15);
  EXPECT_NEAR(measured(data).deviation.at(0), 222.0 / 255 * std::sqrt((n - 1) / (n * n)), 1e-12);
}

TEST(Measured, RefusesPixelsThatAreAllTheSame) {
  EXPECT_EQ(testing::message_of<Error>([] {
              measured(testing::images(1, 2, 1, {51, 51}, {0}, "images"));
            }),
            "images: all pixels are 0.2; expected pixels that differ, to standardize them");
}

// Columns of a table: each by itself, one whose numbers are all the same with the deviation 1.
TEST(Measured, StandardizesTheColumnsOfATable) {
  const Dataset table = testing::numbers({2, 3}, {1, 10, 7, 3, 30, 7}, {2}, {0, 1});
  EXPECT_EQ(measured(table, 3), (Normalization{{2, 20, 7}, {1, 10, 1}}));
  EXPECT_THROW(measured(table, 2), ConfigError);
  const Dataset same = testing::numbers({2, 2}, {1, 2, 1, 2}, {2}, {0, 1});
  EXPECT_EQ(testing::message_of<DataError>([&] { measured(same, 2); }),
            "numbers: all inputs are 1, 2; expected inputs that differ, to standardize them");
}

// Rounding leaves a deviation of numbers that are all the same.
TEST(Measured, FindsNoDeviationInNumbersThatAreTheSame) {
  Array x(DType::float64, {7, 2});
  for (std::size_t i = 0; i < 7; ++i)
    x.as<double>()[2 * i] = 0.1, x.as<double>()[2 * i + 1] = static_cast<double>(i);
  EXPECT_EQ(measured({.inputs = std::move(x), .targets = zeros({7})}, 2).deviation[0], 1);
}

// Three channels of colour, which lie one after the other.
TEST(Measured, TakesEachChannelByItself) {
  const Dataset data{.inputs = {std::vector<std::uint8_t>{0, 255, 51, 51, 102, 153}, {1, 3, 1, 2}},
                     .targets = zeros({1}, DType::uint8),
                     .classes = 1};
  const Normalization found = measured(data, 3);
  EXPECT_EQ(found.mean, (std::vector<double>{0.5, 0.2, 0.5}));
  EXPECT_NEAR(found.deviation[2], 0.1, 1e-15);
}

TEST(Normalization, IsKeptAsText) {
  const Normalization some{{0.13066047740239478}, {0.3081}};
  EXPECT_EQ(to_text(some), R"({"mean":[0.13066047740239478],"deviation":[0.3081]})");
  EXPECT_EQ(normalization_of(to_text(some)), some);
  EXPECT_EQ(normalization_of(to_text(Normalization{})), Normalization{});
  for (const char* text : {"", "None", "{}", "[]", "1", R"({"mean":[1]})", R"({"mean":1,"deviation":1})",
                           R"({"mean":[1],"deviation":[0]})", R"({"mean":["1"],"deviation":[1]})",
                           R"({"mean":[1,2],"deviation":[1]})", R"({"mean":[],"deviation":[]})",
                           R"({"mean":[1],"deviation":[1],"more":1})", "{\"mean\":[1],\"deviation\":[1]"})
    EXPECT_EQ(normalization_of(text), std::nullopt) << text;
}

TEST(Normalization, IsCheckedByTheTrainer) {
  Graph g;
  const Sequential network(g, {2}, fcnn({2}));
  for (const Normalization& bad :
       {Normalization{{1}, {}}, Normalization{{1}, {0}}, Normalization{{1}, {-1}},
        Normalization{{std::nan("")}, {1}}, Normalization{{0}, {std::numeric_limits<double>::infinity()}}})
    EXPECT_TRUE(testing::contains(
        testing::message_of<ConfigError>([&] { Trainer(g, network, {.normalization = bad}); }),
        "normalization: expected a finite mean and a deviation above 0"));
}

TEST(Normalization, IsOfNumbersThatTheTypeHolds) {
  constexpr double kSmall = 1e-40, kLarge = 1e39;
  for (const Normalization& bad :
       {Normalization{{kLarge}, {1}}, Normalization{{-kLarge}, {1}}, Normalization{{0}, {kSmall}},
        Normalization{{0}, {kLarge}}, Normalization{{1e30}, {1e-30}}, Normalization{{0, 0}, {1, kSmall}}}) {
    EXPECT_FALSE(holds(DType::float32, bad));
    EXPECT_TRUE(holds(DType::float64, bad));
    EXPECT_NO_THROW(require_valid(bad, DType::float64));
    Graph g;
    const Sequential network(g, {2}, fcnn({2}));
    const std::string expected =
        "normalization: expected means and deviations that float32 holds, got means (";
    EXPECT_TRUE(testing::contains(
        testing::message_of<ConfigError>([&] { Trainer(g, network, {.normalization = bad}); }), expected));
    const Tensor x = g.input("x", {1, 2}, DType::float32);
    EXPECT_TRUE(testing::contains(testing::message_of<ConfigError>([&] { normalized(x, bad); }), expected));
  }
  EXPECT_FALSE(holds(DType::float64, {{0}, {1e-320}}));
  EXPECT_TRUE(holds(DType::float32, {{0.1307}, {0.3081}}));
  EXPECT_TRUE(holds(DType::float32, {}));
}

// Bytes, and the same numbers in float32, give the same training in every bit.
TEST(Normalization, IsOfTrainingAndEvaluation) {
  const Dataset bytes = testing::images(1, 2, 2, {0, 255, 51, 102, 7, 9}, {0, 1, 1});
  std::vector<float> pixels;
  for (const std::uint8_t byte : testing::pixels_of(bytes))
    pixels.push_back(static_cast<float>(byte) / 255.0F);
  const Dataset numbers = testing::images(1, 2, 2, pixels, {0, 1, 1});
  const auto losses = [](const Dataset& data, const Normalization& normalization) {
    Graph g;
    Trainer trainer(g, Sequential(g, {2}, fcnn({2})), {.batch_size = 2, .normalization = normalization});
    const double trained = trainer.train_epoch(data, 1).loss_sum;
    return std::vector{trained, trainer.evaluate(data).loss_sum};
  };
  EXPECT_EQ(losses(bytes, {{0.5}, {0.25}}), losses(numbers, {{0.5}, {0.25}}));
  EXPECT_EQ(losses(bytes, {}), losses(numbers, {}));
  EXPECT_NE(losses(bytes, {}), losses(bytes, {{0.5}, {0.25}}));
  Graph g;
  Trainer trainer(g, Sequential(g, {2}, fcnn({2})), {.batch_size = 2, .normalization = {{0.5}, {0.25}}});
  const StepGraph& step = trainer.step_graph(bytes);
  const std::vector<std::int32_t> indices = {0, 1};
  const Array images = evaluate(step.inputs, {{step.all_inputs, bytes.input_rows()},
                                              {step.indices, ConstView(std::span(indices), {2})}});
  EXPECT_EQ(images.as<float>()[0], -2);
  EXPECT_EQ(images.as<float>()[1], 2);
}

TEST(Normalization, NumbersAreNotAugmented) {
  Graph g;
  Trainer trainer(g, Sequential(g, {2}, fcnn({2})), {.batch_size = 1, .augmentation = {.shift = 1}});
  EXPECT_EQ(testing::message_of<Error>([&] {
              trainer.train_epoch(testing::images<float>(1, 2, 2, {0.3F, 0.4F}, {0}, "images"), 1);
            }),
            "images: pixels that are no bytes; expected bytes, or a training without augmentation");
}

}  // namespace
}  // namespace gradtable
