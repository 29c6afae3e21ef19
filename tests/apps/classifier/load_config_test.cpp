#include "apps/classifier/load_config.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "apps/mnist_fcnn/model.hpp"
#include "apps/mnist_lenet5/model.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <tests/models/config/message.hpp>
#include <unistd.h>

#include "gradtable/core/random.hpp"

namespace classifier {
namespace {

namespace fs = std::filesystem;
using gradtable::config_error;

constexpr const char* kCourse = R"(// the course's own settings
rel_path_train_images = data/train-images   # after a value
rel_path_train_labels = data/train-labels// no comment: part of the name

learning_rate=1E-3
hidden_size = 500 // neurons
batch_size = 100// images
num_epochs =	5#five
rel_path_test_images = data//test-images
rel_path_test_labels = data/test#1-labels
rel_path_log_file = logs/my predictions.log
)";

const Program kProgram = mnist_fcnn::program();
const fs::path kRoot = fs::path(GRADTABLE_TEST_FOLDER).parent_path();

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

class LoadConfig : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("MNIST_DIR");
    folder_ = fs::canonical(testing::TempDir()) / ("gradtable_load_config_" + std::to_string(getpid()));
    fs::create_directories(folder_ / "configs");
    before_ = fs::current_path();
    fs::current_path(folder_);
  }
  void TearDown() override {
    unsetenv("MNIST_DIR");
    fs::current_path(before_);
    fs::remove_all(folder_);
  }

  static Config load(const std::string& text, const Overrides& overrides = {},
                     const fs::path& name = "configs/run.json") {
    fs::remove(name);  // ext4 writes a truncated file to the disk when it is closed: 3 ms each
    std::ofstream(name, std::ios::binary) << text;
    return load_config(kProgram, name, overrides);
  }
  static std::string error(const std::string& text, const Overrides& overrides = {},
                           const fs::path& name = "configs/run.json") {
    return config_error([&] { load(text, overrides, name); });
  }
  static std::string course_error(const std::string& text) { return error(text, {}, "run.config"); }

  fs::path folder_;
  fs::path before_;
};

TEST_F(LoadConfig, GivesEveryKeyItsDefault) {
  const Config config = load("{}");
  EXPECT_EQ(config.seed, 42U);
  EXPECT_EQ(config.dtype, gradtable::DType::float32);
  EXPECT_EQ(config.model.hidden, std::vector<std::int64_t>{128});
  EXPECT_EQ(config.model.activation, std::vector<std::string>{"relu"});
  EXPECT_EQ(config.model.initializer, "kaiming_uniform");
  EXPECT_EQ(config.training.epochs, 10);
  EXPECT_EQ(config.training.batch_size, 64);
  EXPECT_TRUE(config.training.shuffle);
  EXPECT_EQ(config.training.optimizer.learning_rate, 0.1);
  EXPECT_EQ(config.training.deterministic, gradtable::CompileOptions{}.deterministic);
  EXPECT_EQ(config.data.limit_train, 0);
  EXPECT_EQ(config.training.loss, "softmax_cross_entropy");
  EXPECT_EQ(config.training.gradient_accumulation, 1);
  EXPECT_FALSE(config.training.optimizer.momentum || config.training.optimizer.weight_decay ||
               config.training.optimizer.l1 || config.training.optimizer.clip_norm ||
               config.training.optimizer.clip_value);
  EXPECT_FALSE(config.training.augmentation);
}

TEST_F(LoadConfig, ReadsEveryKindOfNewKey) {
  const Config config = load(R"({"$schema": "config.schema.json",
      "model": {"hidden": [3, 4], "activation": ["relu", "tanh"], "bias": "row"},
      "training": {"optimizer": {"type": "adam", "beta1": 0.8, "epsilon": null}, "weight_decay": 0.01,
                   "penalize": "weights", "clip_norm": 5, "validation_fraction": 0.1, "keep_best": true,
                   "schedule": {"type": "plateau", "factor": 0.5, "patience": 2},
                   "augmentation": {"rotate": 15, "elastic": {"alpha": 34}}}})");
  EXPECT_EQ(config.model.activation, (std::vector<std::string>{"relu", "tanh"}));
  EXPECT_EQ(config.model.bias, gradtable::Bias::row);
  const gradtable::OptimizerOptions& optimizer = config.training.optimizer;
  EXPECT_EQ(optimizer.beta1, 0.8);
  EXPECT_FALSE(optimizer.epsilon);
  EXPECT_EQ(optimizer.weight_decay, 0.01);
  EXPECT_EQ(optimizer.penalized, gradtable::Penalized::weights);
  EXPECT_EQ(optimizer.clip_norm, 5.0);
  EXPECT_EQ(config.training.schedule.factor, 0.5);
  EXPECT_EQ(config.training.schedule.patience, 2);
  EXPECT_EQ(config.training.augmentation.rotate, 15);
  EXPECT_EQ(config.training.augmentation.elastic.alpha, 34);
  EXPECT_EQ(config.training.augmentation.elastic.sigma, 4);
}

TEST_F(LoadConfig, TakesZeroForNone) {
  const std::string none = R"("weight_decay": 0, "l1": 0, "clip_norm": 0, "clip_value": 0)";
  const Config sgd = load(R"({"training": {)" + none + "}}");
  EXPECT_FALSE(sgd.training.optimizer.weight_decay || sgd.training.optimizer.l1 ||
               sgd.training.optimizer.clip_norm || sgd.training.optimizer.clip_value);
}

TEST_F(LoadConfig, GivesAdamWNoDecayThatIsNotAskedFor) {
  EXPECT_FALSE(load(R"({"training": {"optimizer": {"type": "adamw"}}})").training.optimizer.weight_decay);
  EXPECT_EQ(load(R"({"training": {"optimizer": {"type": "adamw"}, "weight_decay": 0.02}})")
                .training.optimizer.weight_decay,
            0.02);
}

TEST_F(LoadConfig, GivesACosineTheEpochsOfTheTraining) {
  const auto epochs = [&](const std::string& schedule, const Overrides& overrides = {}) {
    const std::string text = R"({"training": {"epochs": 7, "schedule": )" + schedule + "}}";
    return load(text, overrides).training.schedule.epochs;
  };
  EXPECT_EQ(epochs(R"({"type": "cosine"})"), 7);
  EXPECT_EQ(epochs(R"({"type": "cosine"})", {.settings = {"training.epochs=9"}}), 9);
  EXPECT_EQ(epochs(R"({"type": "cosine", "epochs": 3})"), 3);
  EXPECT_EQ(epochs(R"({"type": "step"})"), 0);
}

TEST_F(LoadConfig, RefusesValuesThatDoNotFitTogether) {
  EXPECT_EQ(error(R"({"training": {"optimizer": {"momentum": 0.9}}})"),
            "configs/run.json at /training/optimizer: sgd: expected no momentum, which it does not have, got "
            "0.9");
  EXPECT_EQ(error("{}", {.settings = {"model.output=softmax"}}),
            "configs/run.json at /model/output: \"softmax\"; expected \"linear\" with the loss "
            "softmax_cross_entropy");
}

TEST_F(LoadConfig, LeavesEpochsOfTheTrainingBehindTheWarmUpOfACosine) {
  const std::string cosine =
      R"({"training": {"epochs": 5, "schedule": {"type": "cosine", "warmup_epochs": 4}}})";
  EXPECT_EQ(load(cosine).training.schedule.warmup_epochs, 4);
  EXPECT_EQ(
      error(cosine, {.settings = {"training.epochs=4"}}),
      "configs/run.json at /training/schedule/warmup_epochs: 4; expected fewer than the 4 epochs of the "
      "cosine, which the warm-up is part of");
}

TEST_F(LoadConfig, ReadsWhetherTheBitsAreToBeTheSameForAnyNumberOfThreads) {
  for (const bool wanted : {false, true})
    EXPECT_EQ(load(fmt::format(R"({{"training": {{"deterministic": {}}}}})", wanted)).training.deterministic,
              wanted);
}

TEST_F(LoadConfig, StartsPathsAtTheFolderOfTheFile) {
  const Config config = load(R"({"data": {"dir": "../mnist", "test_images": "/abs/t.gz"}})");
  EXPECT_EQ(config.data.dir, folder_ / "mnist");
  EXPECT_EQ(config.data.train_images, folder_ / "mnist/train-images-idx3-ubyte.gz");
  EXPECT_EQ(config.data.test_images, "/abs/t.gz");
  EXPECT_EQ(config.output.dir, folder_ / "configs/runs/mnist_fcnn");
  EXPECT_EQ(config.output.prediction_log, folder_ / "configs/runs/mnist_fcnn/predictions.log");
  EXPECT_EQ(config.output.metrics, folder_ / "configs/runs/mnist_fcnn/metrics.json");
  EXPECT_EQ(config.output.dot, folder_ / "configs/runs/mnist_fcnn/graph.dot");
  const Config::Output& output = config.output;
  for (const fs::path& file :
       {output.metrics_csv, output.results, output.report, output.config, output.checkpoint, output.weights})
    EXPECT_EQ(file.parent_path(), output.dir) << file;
}

TEST_F(LoadConfig, FollowsALinkBeforeDotDotAsTheSystemDoes) {
  fs::create_directories("far/away");
  fs::create_directory_symlink(folder_ / "far/away", "configs/link");
  EXPECT_EQ(load(R"({"data": {"dir": "link/../mnist"}})").data.dir, folder_ / "far/mnist");
}

TEST_F(LoadConfig, KeepsTheNameOfALinkedFile) {
  fs::create_directories("configs/d");
  std::ofstream("plain") << "x";
  fs::create_symlink(folder_ / "plain", "configs/d/images.gz");
  const Config config = load(R"({"data": {"dir": "d", "train_images": "images.gz"}})");
  EXPECT_EQ(config.data.train_images, folder_ / "configs/d/images.gz");
}

TEST_F(LoadConfig, WritesNoFileWithoutAName) {
  const Config config = load(R"({"output": {"dot": "", "metrics": ""}})");
  EXPECT_TRUE(config.output.dot.empty());
  EXPECT_TRUE(config.output.metrics.empty());
}

TEST_F(LoadConfig, PutsTheEnvironmentOverTheFileAndTheCommandLineOverBoth) {
  setenv("MNIST_DIR", "elsewhere/mnist", 1);
  EXPECT_EQ(load(R"({"data": {"dir": "d"}})").data.dir, folder_ / "elsewhere/mnist");
  EXPECT_EQ(load("{}").data.test_labels, folder_ / "elsewhere/mnist/t10k-labels-idx1-ubyte.gz");
  EXPECT_EQ(load("{}", {.settings = {"data.dir=d"}}).data.dir, folder_ / "configs/d");
  setenv("MNIST_DIR", "/absolute", 1);
  EXPECT_EQ(load("{}").data.dir, "/absolute");
  setenv("MNIST_DIR", "", 1);
  EXPECT_EQ(load(R"({"data": {"dir": "d"}})").data.dir, folder_ / "configs/d");
}

TEST_F(LoadConfig, AppliesSettingsInOrder) {
  const Config config =
      load(R"({"training": {"epochs": 3}})",
           {.settings = {"training.epochs=4", "model.hidden=[64,32]", "training.epochs=5"}});
  EXPECT_EQ(config.training.epochs, 5);
  EXPECT_EQ(config.model.hidden, (std::vector<std::int64_t>{64, 32}));
}

TEST_F(LoadConfig, TakesOutAndThreadsFromTheCommandLine) {
  const Config config = load(R"({"threads": 1})", {.settings = {"output.dir=x"}, .out = "o", .threads = 3});
  EXPECT_EQ(config.threads, 3);
  EXPECT_EQ(config.output.dir, folder_ / "o");
  EXPECT_EQ(config.output.metrics, folder_ / "o/metrics.json");
  EXPECT_EQ(error("{}", {.threads = 257}), "--threads: 257; expected an integer from 0 to 256");
  EXPECT_EQ(error("{}", {.threads = -1}), "--threads: -1; expected an integer from 0 to 256");
}

TEST_F(LoadConfig, RefusesValuesThatAreNotPermitted) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"", ":1:1: unexpected end of input"},
      {R"({"seed": 1, "seed": 2})", " at /seed: this key stands twice"},
      {R"({"seed": -1})", " at /seed: -1; expected an integer from 0 to 18446744073709551615"},
      {R"({"dtype": "int32"})", R"( at /dtype: "int32"; expected one of "float32", "float64")"},
      {R"({"threads": 1.5})", " at /threads: 1.5; expected an integer from 0 to 256"},
      {R"({"data": {"source": "mnist"}})", R"( at /data/source: "mnist"; expected one of "idx", "digits")"},
      {R"({"data": {"dir": ""}})", R"( at /data/dir: ""; expected a path)"},
      {R"({"data": {"limit_train": -5}})",
       " at /data/limit_train: -5; expected an integer from 0 to 1000000000"},
      {R"({"data": {"classes": 257}})", " at /data/classes: 257; expected an integer from 0 to 256"},
      {R"({"model": {"hidden": 128}})",
       " at /model/hidden: 128; expected a list of 0 to 1000 integers from 1 to 1000000"},
      {R"({"model": {"hidden": [0]}})", " at /model/hidden/0: 0; expected an integer from 1 to 1000000"},
      {R"({"model": {"hidden": [1000000000000]}})",
       " at /model/hidden/0: 1000000000000; expected an integer from 1 to 1000000"},
      {R"({"model": {"activation": "swish"}})",
       R"( at /model/activation: "swish"; expected one of "relu", "leaky_relu", "elu", "softplus", "gelu", )"
       R"("sigmoid", "tanh", "linear")"},
      {R"({"model": {"initializer": "he"}})",
       R"( at /model/initializer: "he"; expected one of "kaiming_uniform", "kaiming_normal", "xavier_uniform", )"},
      {R"({"training": {"epochs": 0}})", " at /training/epochs: 0; expected an integer from 1 to 1000000000"},
      {R"({"training": {"epochs": -3}})",
       " at /training/epochs: -3; expected an integer from 1 to 1000000000"},
      {R"({"training": {"epochs": true}})",
       " at /training/epochs: true; expected an integer from 1 to 1000000000"},
      {R"({"training": {"batch_size": 0}})",
       " at /training/batch_size: 0; expected an integer from 1 to 1000000000"},
      {R"({"training": {"shuffle": "yes"}})", R"( at /training/shuffle: "yes"; expected true or false)"},
      {R"({"training": {"optimizer": {"type": "adagrid"}}})",
       R"( at /training/optimizer/type: "adagrid"; expected one of "sgd", "momentum", "nesterov", "adagrad", )"
       R"("rmsprop", "adam", "adamw")"},
      {R"({"training": {"optimizer": {"learning_rate": 0}}})",
       " at /training/optimizer/learning_rate: 0; expected a number above 0 and at most 1000"},
      {R"({"training": {"optimizer": {"learning_rate": -0.1}}})",
       " at /training/optimizer/learning_rate: -0.1; expected a number above 0 and at most 1000"},
      {R"({"training": {"optimizer": {"learning_rate": NaN}}})", ":1:46: invalid literal \"N\""},
      {R"({"training": {"optimizer": {"learning_rate": 1e999}}})",
       ":1:46: the number 1e999; expected one in"},
      {R"({"$schema": 1})", " at /$schema: 1; expected a text"},
      {R"({"model": {"$schema": "x"}})", " at /model/$schema: unknown key \"model.$schema\""},
      {R"({"model": {"activation": []}})",
       " at /model/activation: an empty list; expected one of \"relu\", "},
      {R"({"model": {"activation": ["relu", "rellu"]}})",
       " at /model/activation/1: \"rellu\"; expected one of \"relu\", "},
      {R"({"model": {"bias": "column"}})",
       R"( at /model/bias: "column"; expected one of "node", "row", "none")"},
      {R"({"training": {"loss": "mse"}})",
       R"( at /training/loss: "mse"; expected one of "softmax_cross_ent)"},
      {R"({"training": {"dropout": 1}})",
       " at /training/dropout: 1; expected a number of at least 0 and below 1"},
      {R"({"training": {"label_smoothing": 1.1}})",
       " at /training/label_smoothing: 1.1; expected a number of at least 0 and at most 1"},
      {R"({"training": {"gradient_accumulation": -1}})",
       " at /training/gradient_accumulation: -1; expected an integer from 0 to 1000000000"},
      {R"({"training": {"optimizer": {"momentum": 1}}})",
       " at /training/optimizer/momentum: 1; expected a number of at least 0 and below 1, or null"},
      {R"({"training": {"optimizer": {"epsilon": 0}}})",
       " at /training/optimizer/epsilon: 0; expected a number above 0, or null"},
      {R"({"training": {"optimizer": {"learning_rate": null}}})",
       " at /training/optimizer/learning_rate: null; expected a number above 0 and at most 1000"},
      {R"({"training": {"weight_decay": -1}})",
       " at /training/weight_decay: -1; expected a number of at least 0"},
      {R"({"training": {"clip_norm": null}})",
       " at /training/clip_norm: null; expected a number of at least 0"},
      {R"({"training": {"penalize": "biases"}})",
       R"( at /training/penalize: "biases"; expected one of "all", "weights")"},
      {R"({"training": {"schedule": {"type": "linear"}}})",
       R"( at /training/schedule/type: "linear"; expected one of "constant", "step", "exponential", )"},
      {R"({"training": {"schedule": {"factor": 0}}})",
       " at /training/schedule/factor: 0; expected a number above 0 and at most 1, or null"},
      {R"({"training": {"schedule": {"every": 0}}})",
       " at /training/schedule/every: 0; expected an integer from 1 to 1000000000"},
      {R"({"training": {"schedule": "cosine"}})", R"( at /training/schedule: "cosine"; expected an object)"},
      {R"({"training": {"validation_fraction": 1}})",
       " at /training/validation_fraction: 1; expected a number of at least 0 and below 1"},
      {R"({"training": {"early_stopping": {"metric": "test_loss"}}})",
       R"( at /training/early_stopping/metric: "test_loss"; expected one of "train_loss", )"},
      {R"({"training": {"augmentation": {"scale": 1}}})",
       " at /training/augmentation/scale: 1; expected a number of at least 0 and at most 0.9"},
      {R"({"training": {"augmentation": {"elastic": {"sigma": 0.5}}}})",
       " at /training/augmentation/elastic/sigma: 0.5; expected a number of at least 1 and at most 100"},
      {R"({"output": {"checkpoint_every": 0}})",
       " at /output/checkpoint_every: 0; expected an integer from 1 to 1000000000"},
      {R"({"output": {"weights_layout": "keras"}})",
       R"( at /output/weights_layout: "keras"; expected one of "gradtable", "pytorch")"},
      {R"({"training": {"momentum": 0.9}})",
       " at /training/momentum: unknown key \"training.momentum\"; the nearest known key is "
       "\"training.optimizer.momentum\""},
      {R"({"training": {"learning_rate": 0.1}})",
       " at /training/learning_rate: unknown key \"training.learning_rate\"; the nearest known key is "
       "\"training.optimizer.learning_rate\""},
      {R"({"model": {"hiden": [1]}})",
       " at /model/hiden: unknown key \"model.hiden\"; the nearest known key is \"model.hidden\""},
  };
  for (const Case& c : cases)
    EXPECT_EQ(error(c.text).find("configs/run.json" + c.message), 0U) << error(c.text);
}

TEST_F(LoadConfig, RefusesDepthSizeAndMissingFiles) {
  EXPECT_EQ(error("{\"seed\": " + std::string(100'000, '[')),
            "configs/run.json: nested more than 64 deep; expected less");
  EXPECT_EQ(error(std::string(2'000'000, ' ')),
            "configs/run.json: more than 1048576 bytes; expected a smaller file");
  EXPECT_EQ(config_error([] { load_config(kProgram, "none.json"); }),
            "none.json: No such file or directory; expected a readable file");
  EXPECT_EQ(config_error([] { load_config(kProgram, "none.config"); }),
            "none.config: No such file or directory; expected a readable file");
  EXPECT_EQ(config_error([] { load_config(kProgram, "configs"); }),
            "configs: Is a directory; expected a readable file");
}

TEST_F(LoadConfig, RefusesBadSettings) {
  EXPECT_EQ(
      error("{}", {.settings = {"training.epoch=1"}}),
      "--set training.epoch: unknown key \"training.epoch\"; the nearest known key is \"training.epochs\"");
  EXPECT_EQ(error("{}", {.settings = {"training.epochs=0"}}),
            "--set training.epochs: 0; expected an integer from 1 to 1000000000");
}

TEST_F(LoadConfig, ReadsTheCoursesFormat) {
  setenv("MNIST_DIR", "/not/for/the/course", 1);
  const Config config = load(kCourse, {}, "configs/run.config");
  EXPECT_EQ(config.dtype, gradtable::DType::float64);
  EXPECT_EQ(config.data.train_images, folder_ / "data/train-images");
  EXPECT_EQ(config.data.train_labels, folder_ / "data/train-labels// no comment: part of the name");
  EXPECT_EQ(config.data.test_images, folder_ / "data//test-images");
  EXPECT_EQ(config.data.test_labels, folder_ / "data/test#1-labels");
  EXPECT_EQ(config.data.classes, 10);
  EXPECT_EQ(config.model.hidden, std::vector<std::int64_t>{500});
  EXPECT_EQ(config.training.epochs, 5);
  EXPECT_EQ(config.training.batch_size, 100);
  EXPECT_FALSE(config.training.shuffle);
  EXPECT_EQ(config.training.optimizer.learning_rate, 1e-3);
  EXPECT_EQ(config.output.prediction_log, folder_ / "logs/my predictions.log");
  const Config::Output& output = config.output;
  for (const fs::path& file : {output.metrics, output.metrics_csv, output.results, output.report,
                               output.config, output.checkpoint, output.weights, output.dot})
    EXPECT_TRUE(file.empty()) << file;
}

TEST_F(LoadConfig, TakesAnyNameThatEndsInConfigForTheCoursesFormat) {
  EXPECT_EQ(load(kCourse, {}, ".config").training.epochs, 5);
  EXPECT_EQ(load(kCourse, {}, "a.json.config").training.epochs, 5);
}

TEST_F(LoadConfig, ReadsTheCoursesFormatWithTheLineEndsOfWindows) {
  std::string text;
  for (const char c : std::string(kCourse)) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Config config = load(text, {}, "run.config");
  EXPECT_EQ(config.output.prediction_log, folder_ / "logs/my predictions.log");
  EXPECT_EQ(config.training.epochs, 5);
}

TEST_F(LoadConfig, KeepsTheCoursesLogInPlaceBesideAnOutputFolder) {
  const Config config = load(kCourse, {.settings = {"training.epochs=1"}, .out = "o"}, "run.config");
  EXPECT_EQ(config.output.prediction_log, folder_ / "logs/my predictions.log");
  EXPECT_EQ(config.output.metrics, folder_ / "o/metrics.json");
  EXPECT_EQ(config.output.dot, folder_ / "o/graph.dot");
  EXPECT_EQ(config.training.epochs, 1);
}

TEST_F(LoadConfig, LeavesTheCheckpointOfTheCoursesFormatAtTheEndUnlessTold) {
  EXPECT_EQ(load(kCourse, {.out = "o"}, "run.config").output.checkpoint_every, 5);
  EXPECT_EQ(load(kCourse, {.settings = {"output.checkpoint_every=2"}, .out = "o"}, "run.config")
                .output.checkpoint_every,
            2);
}

TEST_F(LoadConfig, RefusesABadLineOfTheCoursesFormat) {
  const std::string course = kCourse;
  struct Case {
    std::string from, to, message;
  };
  const std::vector<Case> cases = {
      {"num_epochs =\t5", "num_epochs = 0",
       "run.config:8: num_epochs: 0; expected an integer from 1 to 1000000000"},
      {"num_epochs =\t5", "num_epochs = 1.5",
       "run.config:8: num_epochs: 1.5; expected an integer from 1 to 1000000000"},
      {"num_epochs =\t5", "num_epochs = ten",
       "run.config:8: num_epochs: \"ten#five\"; expected an integer from 1 to 1000000000"},
      {"num_epochs =\t5",
       "num_epochs = ", "run.config:8: num_epochs: \"\"; expected an integer from 1 to 1000000000"},
      {"num_epochs =\t5", "num_epochs = 99999999999999999999",
       "run.config:8: num_epochs: 1e+20; expected an integer from 1 to 1000000000"},
      {"batch_size = 100", "batch_size = -4",
       "run.config:7: batch_size: -4; expected an integer from 1 to 1000000000"},
      {"hidden_size = 500", "hidden_size = 0",
       "run.config:6: hidden_size: 0; expected an integer from 1 to 1000000"},
      {"1E-3", "0", "run.config:5: learning_rate: 0; expected a number above 0 and at most 1000"},
      {"1E-3", "nan", "run.config:5: learning_rate: \"nan\"; expected a number above 0 and at most 1000"},
      {"1E-3", "1e999", "run.config:5: learning_rate: \"1e999\"; expected a number above 0 and at most 1000"},
      {"num_epochs", "num_epoch",
       "run.config:8: unknown key \"num_epoch\"; the nearest known key is \"num_epochs\""},
      {"num_epochs", "hidden_size",
       "run.config:8: the key \"hidden_size\" stands in line 6 too; expected it once"},
      {"num_epochs =", "num_epochs", "run.config:8: \"num_epochs\\t5#five\"; expected key = value"},
      {"logs/my predictions.log", "", "run.config:11: rel_path_log_file: \"\"; expected a path"},
  };
  for (const Case& c : cases) {
    const std::string message = course_error(replaced(course, c.from, c.to));
    EXPECT_TRUE(message.starts_with(c.message)) << message;
  }
}

TEST_F(LoadConfig, NamesEveryKeyThatTheCoursesFormatMisses) {
  EXPECT_EQ(course_error("num_epochs = 1\nrel_path_train_images = a\n"),
            "run.config: no value for rel_path_train_labels, rel_path_test_images, rel_path_test_labels, "
            "rel_path_log_file, batch_size, hidden_size, learning_rate; expected all 9 keys of the course's "
            "format");
  EXPECT_EQ(course_error("").find("run.config: no value for rel_path_train_images, "), 0U);
}

TEST_F(LoadConfig, TakesOrRefusesEveryMutation) {
  struct Case {
    std::string text, name;
  };
  const std::string json = content(kRoot / "apps/mnist_fcnn/configs/mnist.json");
  ASSERT_FALSE(json.empty());
  gradtable::Random random(7);
  for (const Case& c : {Case{json, "m.json"}, Case{kCourse, "m.config"}})
    for (int i = 0; i < 5'000; ++i) {
      std::string text = c.text;
      for (std::uint32_t edits = 1 + random.below(3); edits > 0; --edits) {
        const std::size_t at = random.below(static_cast<std::uint32_t>(text.size()));
        if (random.below(2) == 0)
          text[at] = static_cast<char>(random.below(256));
        else
          text.erase(at, 1 + random.below(4));
      }
      const std::string message = error(text, {}, c.name);
      EXPECT_TRUE(message == "no error" || message.starts_with(c.name)) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    }
}

TEST_F(LoadConfig, GivesAResolvedConfigThatReadsBackTheSame) {
  Config config = load(R"({"dtype": "float64", "model": {"hidden": [3, 4], "activation": ["relu", "tanh"]},
      "data": {"dir": "../d"}, "training": {"optimizer": {"type": "adamw", "beta2": 0.9}, "l1": 0.5}})");
  const std::string written = config_table(kProgram, config).write().dump(2);
  Config again = load(written);
  EXPECT_EQ(config_table(kProgram, again).write().dump(2), written);
  EXPECT_EQ(again.data.train_images, folder_ / "d/train-images-idx3-ubyte.gz");
}

TEST_F(LoadConfig, NamesFilesFromTheirFoldersInTheResolvedConfig) {
  const Config config = load(R"({"data": {"dir": "../d", "test_images": "/abs/t.gz"},
      "output": {"dot": "../graph.dot"}})");
  const std::string written = resolved_json(kProgram, config);
  const nlohmann::json json = nlohmann::json::parse(written);
  EXPECT_EQ(json.at("data").at("dir"), (folder_ / "d").string());
  EXPECT_EQ(json.at("data").at("train_images"), "train-images-idx3-ubyte.gz");
  EXPECT_EQ(json.at("data").at("test_images"), "/abs/t.gz");
  EXPECT_EQ(json.at("output").at("metrics"), "metrics.json");
  EXPECT_EQ(resolved_json(kProgram, load(written)), written);
  setenv("MNIST_DIR", "/mnist", 1);
  EXPECT_EQ(load(written).data.train_images, "/mnist/train-images-idx3-ubyte.gz");
  EXPECT_EQ(load(written).data.test_images, "/abs/t.gz");
}

TEST_F(LoadConfig, WritesAPathThatIsNotUtf8Escaped) {
  Config config = load("{}", {.out = "bad\xFF"});
  EXPECT_EQ(config.output.dir.filename().native(), "bad\xFF");
  EXPECT_NE(config_table(kProgram, config).write().dump().find(R"(bad\\xff)"), std::string::npos);
}

TEST(RequireBatchFits, NamesTheRange) {
  Config config;
  config.training.batch_size = 101;
  EXPECT_NO_THROW(require_batch_fits(config, "run.json", 101));
  EXPECT_EQ(config_error([&] { require_batch_fits(config, "run.json", 100); }),
            "run.json at /training/batch_size: 101; expected an integer from 1 to 100, the number of "
            "training images");
}

TEST(ExampleConfigs, LeadToTheFoldersOfTheProject) {
  unsetenv("MNIST_DIR");
  const fs::path configs = kRoot / "apps/mnist_fcnn/configs";
  const fs::path root = fs::canonical(kRoot);
  EXPECT_EQ(load_config(kProgram, configs / "mnist.json").data.dir, root / "data/mnist");
  EXPECT_EQ(load_config(kProgram, configs / "mnist.json").output.dir, root / "runs/mnist_fcnn");
  EXPECT_EQ(load_config(kProgram, configs / "fashion.json").data.dir, root / "data/fashion-mnist");
  EXPECT_EQ(load_config(kProgram, configs / "digits.json").data.source, "digits");
  const Config course = load_config(kProgram, configs / "course.config");
  EXPECT_EQ(course.training.epochs, 5);
  EXPECT_EQ(course.training.batch_size, 100);
  EXPECT_EQ(course.model.hidden, std::vector<std::int64_t>{500});
  EXPECT_EQ(course.training.optimizer.learning_rate, 1e-3);
  EXPECT_EQ(course.data.train_images, fs::current_path() / "data/mnist/train-images-idx3-ubyte.gz");
}

TEST(ExampleConfigs, AreAllTaken) {
  std::size_t count = 0;
  for (const Program& program : {mnist_fcnn::program(), mnist_lenet5::program()})
    for (const auto& entry : fs::directory_iterator(kRoot / "apps" / program.name / "configs")) {
      if (entry.path().filename() == "config.schema.json") continue;
      EXPECT_EQ(config_error([&] { load_config(program, entry.path()); }), "no error") << entry.path();
      ++count;
    }
  EXPECT_GE(count, 20U);
}

TEST(ExampleConfigs, MnistHasTheDefaults) {
  unsetenv("MNIST_DIR");
  Config config = load_config(kProgram, kRoot / "apps/mnist_fcnn/configs/mnist.json");
  Config defaults = default_config(kProgram);
  config.data = defaults.data;  // its paths are tested above
  config.output = defaults.output;
  EXPECT_EQ(config_table(kProgram, config).write().dump(), config_table(kProgram, defaults).write().dump());
}

}  // namespace
}  // namespace classifier
