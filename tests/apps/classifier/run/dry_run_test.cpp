#include "apps/classifier/run/dry_run.hpp"

#include "tests/apps/classifier/program.hpp"
#include "tests/support/idx_bytes.hpp"

namespace classifier {
namespace {

class DryRun : public BuiltProgram {
 protected:
  ProcessResult dry(const Words& settings = {}, const Words& arguments = {}) const {
    return run_digits(Words{"--dry-run"} + arguments + set(settings));
  }
  void expect_refused(const Words& settings, const Words& arguments, int code,
                      const std::string& part) const {
    const ProcessResult result = dry(settings, arguments);
    expect_error(result, code, part);
    EXPECT_EQ(result.out, "") << part;
    EXPECT_FALSE(exists("out"));
  }
};

TEST_F(DryRun, PrintsTheConfigAndWhatTrainingWouldTake) {
  const ProcessResult result = dry({"model.hidden=[128]", "training.epochs=7"});
  expect_success(result);
  const std::size_t end = result.out.find("\n}\n") + 3;
  const nlohmann::json config = nlohmann::json::parse(result.out.substr(0, end));
  EXPECT_EQ(config.at("training").at("epochs"), 7);
  EXPECT_EQ(config.at("training").at("optimizer").at("type"), "sgd");
  for (const char* line : {"\ndata        300 training and 75 test images of 28x28, 10 classes, ",
                           "\nnetwork     784-128-10, relu\n", "\nparameters  101770\n", "\nmemory      ",
                           " kB for parameters and the optimizer, ", "\na step      32 images, ",
                           " floating-point operations, threads: 1\n", "\nan epoch    10 steps, ",
                           "\ntraining    7 epochs; nothing was trained or written\n"})
    EXPECT_TRUE(contains(result.out, line));
}

TEST_F(DryRun, PrintsTheConfigAloneWhenItIsQuiet) {
  const ProcessResult result = dry({"training.epochs=7"}, {"--quiet"});
  expect_success(result);
  EXPECT_EQ(nlohmann::json::parse(result.out).at("training").at("epochs"), 7);
  EXPECT_TRUE(dry({"training.epochs=7"}).out.starts_with(result.out));
}

TEST_F(DryRun, CountsTheParametersOfTheNetwork) {
  EXPECT_TRUE(contains(dry({"model.hidden=[10]", "model.activation=sigmoid"}).out, "\nparameters  7960\n"));
  EXPECT_TRUE(contains(dry({"model.hidden=[]"}).out, "\nparameters  7850\n"));
  program_ = "mnist_lenet5";
  config_ = folder_.write("lenet5.json", std::string_view(kDigitsForLeNet5));
  EXPECT_TRUE(contains(dry().out, "\nparameters  61706\n"));
}

TEST_F(DryRun, CountsTheOperationsOfAStep) {
  const auto millions = [&](const Words& settings) {
    const std::string out = dry(settings).out, before = "\na step      ";
    const std::string rest = out.substr(out.find(", ", out.find(before)) + 2);
    EXPECT_TRUE(contains(rest, " million floating-point operations"));
    return std::stod(rest);
  };
  const Words large = {"model.hidden=[512]", "training.batch_size=100"};
  // Two products forward, one for each weight backward, one for the hidden units: 2 operations a number.
  const double products = 2 * 100 * (2 * 784.0 * 512 + 3 * 512.0 * 10) / 1e6;
  EXPECT_GT(millions(large), products);
  EXPECT_LT(millions(large), 1.2 * products);
  EXPECT_NEAR(millions({"model.hidden=[512]", "training.batch_size=200"}) / millions(large), 2, 0.1);
}

TEST_F(DryRun, TellsTheMemoryOfTheOptimizer) {
  const auto memory = [&](const Words& settings) {
    const std::string out = dry(settings).out, before = " for results of all steps, ";
    return out.substr(out.find(before) + before.size(),
                      out.find(" for parameters") - out.find(before) - before.size());
  };
  EXPECT_EQ(memory({}), "50.9 kB");  // 12730 float32
  EXPECT_EQ(memory({"training.optimizer.type=momentum"}), "102 kB");
  EXPECT_EQ(memory({"training.optimizer.type=adam"}), "153 kB");
  EXPECT_EQ(memory({"dtype=float64"}), "102 kB");
}

TEST_F(DryRun, CountsTestsAndTheValidation) {
  const auto line = [&](const Words& settings) {
    const std::string out = dry(settings).out, before = "\nan epoch    ";
    return out.substr(out.find(before) + 1, out.find('\n', out.find(before) + 1) - out.find(before) - 1);
  };
  EXPECT_TRUE(line({}).ends_with(" for a test")) << line({});
  const std::string both = line({"training.validation_fraction=0.1"});
  EXPECT_TRUE(both.ends_with(" for a test and a validation")) << both;
}

TEST_F(DryRun, WritesNothing) {
  expect_success(dry());
  EXPECT_FALSE(exists("out"));
  expect_success(dry({}, {"--out", folder_.path("a/b")}));
  EXPECT_FALSE(exists("a"));
  EXPECT_EQ(folder_.count(), 1);
}

TEST_F(DryRun, RefusesWhatTrainingWouldRefuse) {
  expect_refused({"training.batch_size=301"}, {}, 2, " at /training/batch_size: 301; expected ");
  expect_refused({"training.validation_fraction=0.001"}, {}, 2, " at /training/validation_fraction: ");
  expect_refused({"training.schedule.type=cosine", "training.schedule.least=1"}, {}, 2,
                 " at /training/schedule/least: 1; expected at most 0.1, the learning rate");
  expect_refused({"data.source=idx"}, {}, 3, "train-labels-idx1-ubyte.gz: No such file or directory");
  expect_refused({"output.metrics=../digits.json"}, {}, 2, "the file of the config and of output.metrics");
  const std::string file = folder_.write("file", std::string_view("old"));
  expect_refused({}, {"--out", file}, 6, "file: not a folder; expected a folder to write to");
  expect_refused({}, {"--out", file + "/a/b"}, 6, "file: not a folder; expected a folder to write to");
  expect_refused({"output.checkpoint=/dev/full"}, {}, 6, "/dev");  // which an ordinary user may not write to
}

TEST_F(DryRun, LooksAtTheFileThatTrainingWouldBeginWith) {
  expect_success(train("a"));
  expect_success(dry({}, resumed("a")));
  expect_success(dry({}, {"--init", weights("a")}));
  expect_refused({"seed=1"}, resumed("a"), 4, R"(seed is 42, expected 1)");
  expect_refused({"model.hidden=[8]"}, {"--init", weights("a")}, 4, "\"W1\" is float32 (784,16)");
}

TEST_F(DryRun, OfLeNet5RefusesImagesOfAnotherSize) {
  using gradtable::testing::idx_images, gradtable::testing::idx_labels;
  folder_.write("images", idx_images(3, 20, 20));
  folder_.write("labels", idx_labels({0, 1, 2}));
  program_ = "mnist_lenet5";
  config_ = folder_.write("small.json", std::string_view(R"({"threads": 1, "data": {"dir": ".",
      "train_images": "images", "train_labels": "labels", "test_images": "images", "test_labels": "labels"},
      "training": {"batch_size": 2}, "output": {"dir": "out"}})"));
  expect_refused({}, {}, 2, "images: images of 20x20; expected at least 28x28, which LeNet-5 takes");
  expect_error(run({config_}), 2, "images: images of 20x20; expected at least 28x28, which LeNet-5 takes");
  EXPECT_FALSE(exists("out/config.resolved.json"));
}

}  // namespace
}  // namespace classifier
