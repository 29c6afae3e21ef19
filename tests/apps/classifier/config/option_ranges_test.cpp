// What a config refuses, a trainer refuses as well: a table of the options and of values that none of them
// may be.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "apps/classifier/run/build.hpp"
#include "tests/apps/classifier/configs.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <fmt/format.h>
#include <gradtable/models/networks/fcnn.hpp>
#include <gradtable/models/networks/sequential.hpp>
#include <gradtable/models/training/trainer_fields.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

using gradtable::TrainerOptions;
using gradtable::testing::kInfinity;
using gradtable::testing::kNaN;

// Values without a form in JSON are for the trainer alone.
struct Row {
  std::function<void(TrainerOptions&, double)> set;
  std::vector<double> bad;
};

// By the key behind "training.".
const std::map<std::string, Row> kRows = {
    {"batch_size", {[](auto& o, double v) { o.batch_size = std::llround(v); }, {0, -1, -5, 1e9 + 1, 1e18}}},
    {"gradient_accumulation",
     {[](auto& o, double v) { o.gradient_accumulation = std::llround(v); }, {-1, 1e9 + 1}}},
    {"label_smoothing",
     {[](auto& o, double v) { o.label_smoothing = v; }, {-0.1, 1.5, 2, kNaN, kInfinity, -kInfinity}}},
    {"optimizer.learning_rate",
     {[](auto& o, double v) { o.optimizer.learning_rate = v; },
      {0, -1, 1001, 1e300, kNaN, kInfinity, -kInfinity}}},
    {"optimizer.momentum",
     {[](auto& o, double v) { o.optimizer.type = "momentum", o.optimizer.momentum = v; },
      {-0.1, 1, 2, kNaN, kInfinity}}},
    {"optimizer.alpha",
     {[](auto& o, double v) { o.optimizer.type = "rmsprop", o.optimizer.alpha = v; }, {-0.1, 1, 2, kNaN}}},
    {"optimizer.beta1",
     {[](auto& o, double v) { o.optimizer.type = "adam", o.optimizer.beta1 = v; }, {-0.1, 1, 2, kNaN}}},
    {"optimizer.beta2",
     {[](auto& o, double v) { o.optimizer.type = "adamw", o.optimizer.beta2 = v; }, {-0.1, 1, 2, kNaN}}},
    {"optimizer.epsilon",
     {[](auto& o, double v) { o.optimizer.type = "adam", o.optimizer.epsilon = v; },
      {0, -1e-8, kNaN, kInfinity}}},
    {"weight_decay",
     {[](auto& o, double v) { o.optimizer.weight_decay = v; }, {-1e-4, kNaN, kInfinity, -kInfinity}}},
    {"l1", {[](auto& o, double v) { o.optimizer.l1 = v; }, {-1e-4, kNaN, kInfinity}}},
    {"clip_norm", {[](auto& o, double v) { o.optimizer.clip_norm = v; }, {-1, kNaN, kInfinity}}},
    {"clip_value", {[](auto& o, double v) { o.optimizer.clip_value = v; }, {-1, kNaN, kInfinity}}},
    {"schedule.factor",
     {[](auto& o, double v) { o.schedule.type = "step", o.schedule.factor = v; }, {0, -0.5, 1.5, kNaN}}},
    {"schedule.every",
     {[](auto& o, double v) { o.schedule.type = "step", o.schedule.every = std::llround(v); },
      {0, -1, 1e9 + 1}}},
    {"schedule.epochs",
     {[](auto& o, double v) { o.schedule.type = "cosine", o.schedule.epochs = std::llround(v); },
      {-1, 1e9 + 1}}},
    {"schedule.least",
     {[](auto& o, double v) { o.schedule.type = "plateau", o.schedule.least = v; },
      {-0.1, 0.2, kNaN, kInfinity}}},
    {"schedule.patience",
     {[](auto& o, double v) { o.schedule.type = "plateau", o.schedule.patience = std::llround(v); },
      {-1, 1e9 + 1}}},
    {"schedule.warmup_epochs",
     {[](auto& o, double v) { o.schedule.warmup_epochs = std::llround(v); }, {-1, 1e9 + 1}}},
    {"augmentation.shift",
     {[](auto& o, double v) { o.augmentation.shift = v; }, {-5, 1001, kNaN, kInfinity, -kInfinity}}},
    {"augmentation.rotate", {[](auto& o, double v) { o.augmentation.rotate = v; }, {-1, 181, kNaN}}},
    {"augmentation.scale", {[](auto& o, double v) { o.augmentation.scale = v; }, {-0.1, 0.95, 1, kNaN}}},
    {"augmentation.elastic.sigma",
     {[](auto& o, double v) { o.augmentation.elastic.sigma = v; }, {0, 0.5, -4, 101, kNaN}}},
    {"augmentation.elastic.alpha",
     {[](auto& o, double v) { o.augmentation.elastic.alpha = v; }, {-1, 10001, kNaN, kInfinity}}},
};

// The key of which the trainer says that it refuses it.
std::string refused_by_trainer(const TrainerOptions& options) {
  gradtable::Graph graph;
  const gradtable::Sequential network(graph, {4}, gradtable::fcnn({2}));
  const std::size_t before = graph.size();
  try {
    gradtable::Trainer(graph, network, options);
  } catch (const gradtable::OptionError& error) {
    EXPECT_EQ(graph.size(), before) << error.what();
    EXPECT_EQ(error.what(),
              "trainer: " + error.key + ": expected " + error.expected + ", got " + error.found);
    return error.key;
  }
  return "nothing";
}

class OptionRanges : public LoadConfig {
 protected:
  // What a config says of a key with this value, among what the row's setter sets with it.
  static std::string refused_by_config(const std::string& key, const Row& row, double value) {
    TrainerOptions options;
    row.set(options, 0);
    return error(R"({"training": {"validation_fraction": 0.1}})",
                 {.settings = {"training.optimizer.type=" + options.optimizer.type,
                               "training.schedule.type=" + options.schedule.type,
                               fmt::format("training.{}={}", key, value)}});
  }
};

TEST_F(OptionRanges, AreTheSameForATrainerAndAConfig) {
  for (const auto& [key, row] : kRows)
    for (const double value : row.bad) {
      TrainerOptions options;
      row.set(options, value);
      EXPECT_EQ(refused_by_trainer(options), key) << value;
      const std::string message = refused_by_config(key, row, value);
      EXPECT_NE(message, "no error") << key << ' ' << value;
      std::string pointer = key;
      std::ranges::replace(pointer, '.', '/');
      EXPECT_TRUE(gradtable::testing::contains(message, key) ||
                  gradtable::testing::contains(message, pointer))
          << message;
    }
}

// A new key without a row, or a row that sets nothing, fails here.
TEST_F(OptionRanges, HaveARowForEveryNumber) {
  TrainerOptions defaults;
  for (const gradtable::config::Field& field : gradtable::trainer_fields(defaults)) {
    const auto schema = field.schema();
    const bool number = schema.contains("minimum") || schema.contains("exclusiveMinimum");
    EXPECT_EQ(kRows.contains(field.key), number) << field.key;
  }
}

TEST_F(OptionRanges, OfNamesAndOfWhatDoesNotGoTogetherAreTheSameToo) {
  const auto refused = [](auto change) {
    TrainerOptions options;
    change(options);
    return refused_by_trainer(options);
  };
  EXPECT_EQ(refused([](auto&) {}), "nothing");
  EXPECT_EQ(refused([](auto& o) { o.loss = "mse"; }), "loss");
  EXPECT_EQ(refused([](auto& o) { o.optimizer.type = "sdg"; }), "optimizer.type");
  EXPECT_EQ(refused([](auto& o) { o.schedule.type = "cosinus"; }), "schedule.type");
  EXPECT_EQ(refused([](auto& o) { o.threads = -1; }), "threads");
  EXPECT_EQ(refused([](auto& o) { o.threads = 1025; }), "threads");
  EXPECT_EQ(refused([](auto& o) { o.loss = "multiclass_hinge", o.label_smoothing = 0.1; }),
            "label_smoothing");
  EXPECT_EQ(refused([](auto& o) { o.schedule.every = 5; }), "schedule.every");
  EXPECT_EQ(refused([](auto& o) { o.schedule.factor = 0.5; }), "schedule.factor");
  EXPECT_EQ(refused([](auto& o) { o.schedule.type = "cosine"; }), "schedule.epochs");
  EXPECT_EQ(refused([](auto& o) { o.schedule = {.type = "cosine", .epochs = 3, .warmup_epochs = 3}; }),
            "schedule.warmup_epochs");
  EXPECT_THROW(refused([](auto& o) { o.optimizer.momentum = 0.9; }), gradtable::ConfigError);
}

TEST_F(OptionRanges, OfDropoutAreThoseOfTheNetwork) {
  for (const double rate : {-0.1, 1.0, 2.0, kNaN}) {
    EXPECT_THROW(gradtable::fcnn({3, 2}, {.dropout = rate}), gradtable::ConfigError) << rate;
    EXPECT_NE(error("{}", {.settings = {fmt::format("training.dropout={}", rate)}}), "no error") << rate;
  }
}

}  // namespace
}  // namespace classifier
