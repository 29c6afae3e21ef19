#include "apps/classifier/config/load.hpp"

#include <string>
#include <vector>

#include "tests/apps/classifier/configs.hpp"
#include "tests/support/variable.hpp"
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

TEST_F(LoadConfig, GivesEveryKeyItsDefault) {
  const Config config = load("{}");
  EXPECT_EQ(config.seed, 42U);
  EXPECT_EQ(config.dtype, gradtable::DType::float32);
  EXPECT_EQ(model_of(config).dump(), R"({"hidden":[128],"activation":"relu","output":"linear","bias":"node",)"
                                     R"("initializer":"kaiming_uniform"})");
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
  EXPECT_EQ(model_of(config).dump(), R"({"hidden":[3,4],"activation":["relu","tanh"],"output":"linear",)"
                                     R"("bias":"row","initializer":"kaiming_uniform"})");
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
  EXPECT_EQ(load(R"({"data": {"dir": "d/mnist"}})").data.dir, folder_ / "elsewhere/mnist");
  EXPECT_EQ(load("{}").data.test_labels, folder_ / "elsewhere/mnist/t10k-labels-idx1-ubyte.gz");
  EXPECT_EQ(load("{}", {.settings = {"data.dir=d"}}).data.dir, folder_ / "configs/d");
  setenv("MNIST_DIR", "/absolute", 1);
  EXPECT_EQ(load("{}").data.dir, "/absolute");
  setenv("MNIST_DIR", "", 1);
  EXPECT_EQ(load(R"({"data": {"dir": "d/mnist"}})").data.dir, folder_ / "configs/d/mnist");
}

TEST_F(LoadConfig, TakesMnistDirForFoldersOfMnistAlone) {
  setenv("MNIST_DIR", "/elsewhere", 1);
  const auto dir = [](const std::string& name) {
    return load(R"({"data": {"dir": ")" + name + R"("}})").data.dir;
  };
  for (const char* name :
       {"mnist", "../data/MNIST", "mnist/", "mnist/.", "d/../mnist", "MNIST/raw", "/a/Mnist/raw/"})
    EXPECT_EQ(dir(name), "/elsewhere") << name;
  for (const char* name :
       {"fashion-mnist", "FashionMNIST/raw", "emnist", "mnist-letters", "mnist/fashion", "raw", "d"})
    EXPECT_EQ(dir(name), folder_ / "configs" / name) << name;
  EXPECT_EQ(dir("/"), "/");
  for (const Program& program : programs()) {
    const fs::path configs = kRoot / "apps" / program.name / "configs";
    if (!fs::exists(configs / "mnist.json")) continue;
    EXPECT_EQ(load_config(program, configs / "mnist.json").data.dir, "/elsewhere");
    EXPECT_EQ(load_config(program, configs / "fashion.json").data.dir,
              fs::canonical(kRoot) / "data/fashion-mnist");
  }
}

TEST_F(LoadConfig, AppliesSettingsInOrder) {
  const Config config =
      load(R"({"training": {"epochs": 3}})",
           {.settings = {"training.epochs=4", "model.hidden=[64,32]", "training.epochs=5"}});
  EXPECT_EQ(config.training.epochs, 5);
  EXPECT_EQ(model_of(config).at("hidden").dump(), "[64,32]");
}

TEST_F(LoadConfig, TakesOutAndThreadsFromTheCommandLine) {
  const Config config = load(R"({"threads": 1})", {.settings = {"output.dir=x"}, .out = "o", .threads = 3});
  EXPECT_EQ(config.threads, 3);
  EXPECT_EQ(config.output.dir, folder_ / "o");
  EXPECT_EQ(config.output.metrics, folder_ / "o/metrics.json");
  EXPECT_EQ(error("{}", {.threads = 1025}), "--threads: 1025; expected an integer from 0 to 1024");
  EXPECT_EQ(error("{}", {.threads = -1}), "--threads: -1; expected an integer from 0 to 1024");
}

TEST_F(LoadConfig, GivesAResolvedConfigThatReadsBackTheSame) {
  Config config = load(R"({"dtype": "float64", "model": {"hidden": [3, 4], "activation": ["relu", "tanh"]},
      "data": {"dir": "../d"}, "training": {"optimizer": {"type": "adamw", "beta2": 0.9}, "l1": 0.5}})");
  const std::string written = config_table(config).write().dump(2);
  Config again = load(written);
  EXPECT_EQ(config_table(again).write().dump(2), written);
  EXPECT_EQ(again.data.train_images, folder_ / "d/train-images-idx3-ubyte.gz");
}

TEST_F(LoadConfig, NamesFilesFromTheirFoldersInTheResolvedConfig) {
  const Config config = load(R"({"data": {"dir": "../mnist", "test_images": "/abs/t.gz"},
      "output": {"dot": "../graph.dot"}})");
  const std::string written = resolved_json(config);
  const nlohmann::json json = nlohmann::json::parse(written);
  EXPECT_EQ(json.at("data").at("dir"), (folder_ / "mnist").string());
  EXPECT_EQ(json.at("data").at("train_images"), "train-images-idx3-ubyte.gz");
  EXPECT_EQ(json.at("data").at("test_images"), "/abs/t.gz");
  EXPECT_EQ(json.at("output").at("metrics"), "metrics.json");
  EXPECT_EQ(resolved_json(load(written)), written);
  setenv("MNIST_DIR", "/mnist", 1);
  EXPECT_EQ(load(written).data.train_images, "/mnist/train-images-idx3-ubyte.gz");
  EXPECT_EQ(load(written).data.test_images, "/abs/t.gz");
}

TEST_F(LoadConfig, WritesAPathThatIsNotUtf8Escaped) {
  Config config = load("{}", {.out = "bad\xFF"});
  EXPECT_EQ(config.output.dir.filename().native(), "bad\xFF");
  EXPECT_NE(config_table(config).write().dump().find(R"(bad\\xff)"), std::string::npos);
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
  EXPECT_EQ(model_of(course).at("hidden").dump(), "[500]");
  EXPECT_EQ(course.training.optimizer.learning_rate, 1e-3);
  EXPECT_EQ(course.data.train_images, fs::current_path() / "data/mnist/train-images-idx3-ubyte.gz");
}

TEST(ExampleConfigs, AreAllTaken) {
  std::size_t count = 0;
  for (const Program& program : programs())
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
  EXPECT_EQ(config_table(config).write().dump(), config_table(defaults).write().dump());
}

TEST_F(LoadConfig, TakesATildeForTheHomeFolderInEveryPath) {
  const gradtable::testing::Variable home("HOME", "/users/a");
  const std::string paths = R"({"data": {"dir": "~/mnist", "test_images": "~/i"},
                                "output": {"dir": "~", "dot": "~/d/g.dot", "weights": "./~w"}})";
  const Config config = load(paths);
  EXPECT_EQ(config.data.dir, "/users/a/mnist");
  EXPECT_EQ(config.data.train_images.parent_path(), "/users/a/mnist");
  EXPECT_EQ(config.data.test_images, "/users/a/i");
  EXPECT_EQ(config.output.metrics, "/users/a/metrics.json");
  EXPECT_EQ(config.output.dot, "/users/a/d/g.dot");
  EXPECT_EQ(config.output.weights.filename(), "~w");
  EXPECT_EQ(load("{}", {.settings = {"data.dir=~/x"}}).data.dir, "/users/a/x");
  const Config course = load(replaced(kCourse, "logs/my predictions.log", "~/log"), {}, "run.config");
  EXPECT_EQ(course.output.prediction_log, "/users/a/log");
  const Config again = load(resolved_json(config));
  EXPECT_EQ(resolved_json(again), resolved_json(config)) << "as it was written";
  setenv("MNIST_DIR", "~/digits", 1);
  EXPECT_EQ(load("{}").data.dir, "/users/a/digits");
}

TEST_F(LoadConfig, RefusesATildeThatIsNoHomeFolder) {
  EXPECT_EQ(error(R"({"data": {"dir": "~bob/x"}})"),
            "configs/run.json at /data/dir: \"~bob/x\"; expected ~/ for your home folder, or ./~ for a name "
            "that begins with ~");
  const gradtable::testing::Variable relative("HOME", "here");
  EXPECT_EQ(error(R"({"output": {"dot": "~/x"}})"),
            "configs/run.json at /output/dot: \"~/x\"; expected a path without ~, since the environment's "
            "HOME is \"here\"");
  unsetenv("HOME");
  EXPECT_TRUE(error(R"({"output": {"dir": "~"}})").ends_with("since the environment's HOME is not set"));
}

}  // namespace
}  // namespace classifier
