#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "apps/classifier/config/load.hpp"
#include "tests/apps/programs.hpp"
#include <gtest/gtest.h>
#include <tests/models/config/message.hpp>

namespace classifier {
namespace {

using Settings = std::vector<std::string>;

// What is said of a config with these settings.
std::string error_of(const Settings& settings) {
  Config config = default_config(program_named("mnist_fcnn"));
  const gradtable::config::Table table = config_table(config);
  for (const std::string& setting : settings) table.set(setting);
  gradtable::ScheduleOptions& schedule = config.training.schedule;
  if (schedule.type == "cosine" && schedule.epochs == 0) schedule.epochs = config.training.epochs;
  return gradtable::config_error([&] { require_consistent(config, "run.json"); });
}

void expect_fit(const Settings& settings) {
  EXPECT_EQ(error_of(settings), "no error") << settings.back();
}

void expect_error(const Settings& settings, const std::string& message) {
  EXPECT_EQ(error_of(settings), "run.json at " + message);
}

TEST(RequireConsistent, TakesTheDefaults) {
  EXPECT_EQ(error_of({}), "no error");
}

TEST(RequireConsistent, HasAClassForEveryDigitThatIsDrawn) {
  for (const char* classes : {"data.classes=0", "data.classes=10", "data.classes=256"})
    expect_fit({"data.source=digits", classes});
  expect_fit({"data.classes=2"});
  for (const std::string classes : {"1", "9"})
    expect_error({"data.source=digits", "data.classes=" + classes},
                 "/data/classes: " + classes + "; expected 0, or at least 10 with the source digits");
}

TEST(RequireConsistent, CountsTheActivations) {
  expect_fit({"model.hidden=[3,4]", R"(model.activation=["relu","tanh"])"});
  expect_fit({"model.hidden=[]", "model.activation=tanh"});
  expect_error(
      {"model.hidden=[3,4,5]", R"(model.activation=["relu","tanh"])"},
      "/model/activation: a list of 2; expected one name, or a list of 3, the number of hidden layers");
}

TEST(RequireConsistent, RefusesAnOptionThatTheOptimizerDoesNotHave) {
  for (const Settings& settings :
       {Settings{"training.optimizer.type=nesterov", "training.optimizer.momentum=0.5"},
        {"training.optimizer.type=rmsprop", "training.optimizer.alpha=0.9"},
        {"training.optimizer.type=adamw", "training.optimizer.beta1=0.8", "training.optimizer.beta2=0.9",
         "training.optimizer.epsilon=1e-7"},
        {"training.optimizer.momentum=0.9", "training.optimizer.momentum=null"}})
    expect_fit(settings);
  expect_error({"training.optimizer.momentum=0.9"},
               "/training/optimizer: sgd has no option momentum (got 0.9); momentum and nesterov do");
  expect_error({"training.optimizer.type=adam", "training.optimizer.alpha=0.5"},
               "/training/optimizer: adam has no option alpha (got 0.5); rmsprop does");
}

TEST(RequireConsistent, TakesEveryNumberThatTheKeysOfAnOptimizerTake) {
  for (const Settings& settings :
       {Settings{"training.optimizer.type=momentum", "training.optimizer.momentum=0"},
        {"training.optimizer.type=rmsprop", "training.optimizer.alpha=0",
         "training.optimizer.epsilon=1e-300"},
        {"training.optimizer.type=adamw", "training.weight_decay=1e300", "training.optimizer.beta1=0"},
        {"training.optimizer.learning_rate=1000", "training.clip_norm=1e-300", "training.clip_value=1e300",
         "training.l1=1e300"}})
    expect_fit(settings);
}

TEST(RequireConsistent, FitsTheLastLayerToTheLoss) {
  struct Case {
    std::string loss, fits, does_not, expected;
  };
  const std::vector<Case> cases = {
      {"softmax_cross_entropy", "linear", "softmax", "\"linear\""},
      {"multiclass_hinge", "linear", "sigmoid", "\"linear\""},
      {"binary_cross_entropy", "linear", "sigmoid", "\"linear\""},
      {"cross_entropy", "softmax", "linear", "\"softmax\""},
      {"misclassification_probability", "sigmoid", "tanh", "\"softmax\" or \"sigmoid\""},
      {"expected_squared_distance", "softmax", "linear", "\"softmax\" or \"sigmoid\""},
  };
  for (const Case& c : cases) {
    expect_fit({"training.loss=" + c.loss, "model.output=" + c.fits});
    expect_error(
        {"training.loss=" + c.loss, "model.output=" + c.does_not},
        "/model/output: \"" + c.does_not + "\"; expected " + c.expected + " with the loss " + c.loss);
  }
  for (const char* output : {"linear", "softmax", "sigmoid", "softplus", "tanh"})
    expect_fit({"training.loss=squared_error", std::string("model.output=") + output});
}

TEST(RequireConsistent, SmoothsTheLabelsOfOneLossAlone) {
  expect_fit({"training.label_smoothing=1"});
  expect_error({"training.loss=squared_error", "training.label_smoothing=0.1"},
               "/training/label_smoothing: 0.1; expected 0 with the loss squared_error");
}

TEST(RequireConsistent, RefusesALeastRateAboveTheFirst) {
  expect_fit({"training.schedule.type=cosine", "training.schedule.least=0.1"});
  expect_error({"training.schedule.type=plateau", "training.schedule.least=0.2"},
               "/training/schedule/least: 0.2; expected at most 0.1, the learning rate");
}

TEST(RequireConsistent, LeavesEpochsOfACosineBehindItsWarmUp) {
  const std::string cosine = "training.schedule.type=cosine", epochs = "training.schedule.epochs=3";
  expect_fit({cosine, epochs, "training.schedule.warmup_epochs=2"});
  expect_fit({"training.schedule.warmup_epochs=100"});
  for (const std::string warm_up : {"3", "4"})
    expect_error({cosine, epochs, "training.schedule.warmup_epochs=" + warm_up},
                 "/training/schedule/warmup_epochs: " + warm_up +
                     "; expected fewer than the 3 epochs of the cosine, which the warm-up is part of");
}

TEST(RequireConsistent, RefusesANumberThatTheScheduleDoesNotLookAt) {
  struct Case {
    std::string key, value, unchanged;
    std::vector<std::string> lookers;
  };
  const std::vector<Case> cases = {{"factor", "0.5", "", {"step", "exponential", "plateau"}},
                                   {"every", "11", "10", {"step"}},
                                   {"epochs", "3", "0", {"cosine"}},
                                   {"least", "0.01", "0", {"cosine", "plateau"}},
                                   {"patience", "2", "10", {"plateau"}}};
  for (const Case& c : cases)
    for (const std::string& type : gradtable::schedule_names()) {
      const Settings settings = {"training.validation_fraction=0.1", "training.schedule.type=" + type,
                                 "training.schedule." + c.key + "=" + c.value};
      if (std::ranges::find(c.lookers, type) != c.lookers.end()) {
        expect_fit(settings);
        continue;
      }
      const std::string expected = c.unchanged.empty() ? "null with the schedule " + type
                                                       : "the default " + c.unchanged + ": schedule \"" +
                                                             type + "\" ignores `" + c.key + "`";
      expect_error(settings, "/training/schedule/" + c.key + ": " + c.value + "; expected " + expected);
    }
  expect_fit({"training.schedule.every=10", "training.schedule.factor=null"});
}

TEST(RequireConsistent, NeedsValidationImagesForAMetricOfThem) {
  const std::vector<std::pair<std::string, std::string>> wanting = {
      {"training.early_stopping.patience=3", "/training/early_stopping/patience: 3"},
      {"training.keep_best=true", "/training/keep_best: true"},
      {"training.schedule.type=plateau", "/training/schedule/type: \"plateau\""}};
  for (const auto& [wanted, found] : wanting) {
    expect_error({wanted}, found +
                               "; expected a training.validation_fraction above 0 for the metric "
                               "validation_loss, or \"train_loss\" as training.early_stopping.metric");
    expect_fit({"training.validation_fraction=0.1", wanted});
    expect_fit({"training.early_stopping.metric=train_loss", wanted});
    EXPECT_NE(error_of({"training.early_stopping.metric=validation_balanced_accuracy", wanted}), "no error");
  }
}

TEST(RequireConsistent, RefusesAMetricThatNothingLooksAt) {
  for (const std::string metric : {"train_loss", "validation_accuracy"})
    expect_error(
        {"training.validation_fraction=0.1", "training.early_stopping.metric=" + metric},
        "/training/early_stopping/metric: \"" + metric +
            "\"; expected the default \"validation_loss\" without early_stopping.patience, keep_best and "
            "the schedule plateau");
}

TEST(RequireConsistent, HasALayoutOfPyTorchForBiasesThatAreNotRows) {
  expect_fit({"output.weights_layout=pytorch"});
  expect_fit({"output.weights_layout=pytorch", "model.bias=none"});
  expect_error(
      {"output.weights_layout=pytorch", "model.bias=row"},
      "/output/weights_layout: \"pytorch\"; expected \"gradtable\" with biases in rows of the weights");
}

TEST(RequireConsistent, DropsOutHiddenUnitsOnly) {
  expect_fit({"training.dropout=0.5"});
  expect_error({"model.hidden=[]", "training.dropout=0.5"},
               "/training/dropout: 0.5; expected 0 without hidden layers");
}

}  // namespace
}  // namespace classifier
