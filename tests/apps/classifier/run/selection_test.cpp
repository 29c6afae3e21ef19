// When a training ends, and which epoch's weights it keeps.
#include "apps/classifier/run/train.hpp"
#include "tests/apps/classifier/learned.hpp"
#include <fmt/format.h>

namespace classifier {
namespace {

// A large rate and few images: the metrics go up and down.
const Words kUneasy = {"training.optimizer.learning_rate=0.5", "training.batch_size=8",
                       "training.validation_fraction=0.2", "data.digits_train=100"};

class Selection : public TwoTrainings {
 protected:
  std::vector<double> values(const std::string& key) const {
    std::vector<double> found;
    const nlohmann::json all = metrics();
    for (const auto& epoch : all.at("epochs")) found.push_back(epoch.at(key));
    return found;
  }
  // The first of the best epochs, from 1.
  static std::ptrdiff_t best(const std::vector<double>& metric, bool higher) {
    return 1 + (higher ? std::ranges::max_element(metric) : std::ranges::min_element(metric)) -
           metric.begin();
  }
};

TEST_F(Selection, TrainingEndsWhenTheMetricGotNoBetterForThePatience) {
  for (const std::string metric : {"validation_loss", "validation_accuracy"}) {
    const ProcessResult result =
        run(Words{config_, "--out", folder_.path("out")} +
            set(kUneasy + Words{"output.report=", "training.epochs=200", "training.early_stopping.patience=3",
                                "training.early_stopping.metric=" + metric}));
    expect_success(result);
    const std::vector<double> seen = values(metric);
    const auto epochs = static_cast<std::ptrdiff_t>(seen.size());
    ASSERT_LT(epochs, 200);
    EXPECT_EQ(epochs, best(seen, metric == "validation_accuracy") + 3) << metric;
    EXPECT_EQ(metrics().at("stopped_early"), true);
    EXPECT_TRUE(
        contains(result.out,
                 fmt::format("\nstopped  after {} of 200 epochs: {} got no better for 3\n", epochs, metric)));
    EXPECT_TRUE(metrics().contains("test_loss"));
    EXPECT_FALSE(metrics().contains("kept_epoch"));
  }
}

TEST_F(Selection, TheWeightsOfTheBestEpochAreTestedAndWritten) {
  const Words kept = kUneasy + Words{"training.keep_best=true", "training.measure_test=true"};
  expect_success(train("out", kept + Words{"training.epochs=12"}));
  const std::vector<double> losses = values("validation_loss");
  const std::ptrdiff_t epoch = best(losses, false);
  ASSERT_LT(epoch, 12) << "another seed would tell more";
  EXPECT_EQ(metrics().at("kept_epoch"), epoch);
  EXPECT_EQ(metrics().at("test_loss"),
            metrics().at("epochs")[static_cast<std::size_t>(epoch - 1)].at("test_loss"));
  EXPECT_NE(metrics().at("test_loss"), metrics().at("epochs")[11].at("test_loss"));

  expect_success(train("until_then", kUneasy + Words{fmt::format("training.epochs={}", epoch)}));
  EXPECT_TRUE(folder_.read("out/weights.safetensors") == folder_.read("until_then/weights.safetensors"));
  EXPECT_EQ(folder_.read("out/predictions.log"), folder_.read("until_then/predictions.log"));
}

TEST_F(Selection, TheLossOfTrainingNeedsNoImagesForValidation) {
  expect_success(train("out", {"training.early_stopping.metric=train_loss", "training.keep_best=true",
                               "training.epochs=4", "training.schedule.type=plateau"}));
  EXPECT_EQ(metrics().at("kept_epoch"), best(values("train_loss"), false));
}

TEST_F(Selection, ValidationImagesAreTheLastOnesAndAreNotTrainedOn) {
  expect_success(train("split", {"training.validation_fraction=0.25"}));
  expect_success(train("fewer", {"data.limit_train=225"}));
  EXPECT_TRUE(folder_.read("split/weights.safetensors") == folder_.read("fewer/weights.safetensors"));
}

TEST_F(Selection, AFractionThatLeavesNothingIsRefused) {
  const auto refused = [&](const Words& settings, const std::string& part) {
    expect_error(train("out", settings), 2, config_ + part);
    EXPECT_FALSE(exists("out/config.resolved.json"));
  };
  refused({"training.validation_fraction=0.001"},
          " at /training/validation_fraction: 0.001 of 300 training images; expected a fraction that leaves");
  refused({"training.validation_fraction=0.999"}, " at /training/validation_fraction: 0.999 of 300 training");
  refused({"training.validation_fraction=0.9"},
          " at /training/batch_size: 32; expected an integer from 1 to 30, ");
  refused({"training.keep_best=true"}, " at /training/keep_best: true; expected ");
}

}  // namespace
}  // namespace classifier
