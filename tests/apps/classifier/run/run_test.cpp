#include "apps/classifier/run/run.hpp"

#include <cmath>
#include <cstdlib>
#include <sstream>

#include "tests/apps/classifier/program.hpp"
#include "tests/support/idx_bytes.hpp"
#include <fmt/format.h>
#include <gradtable/models/data/digits.hpp>

namespace classifier {
namespace {

namespace idx = gradtable::testing;

class Run : public BuiltProgram {
 protected:
  // Four IDX files in the folder `name`: images of rows x columns in three classes.
  void write_idx(const std::string& name, bool gz, std::uint32_t rows, std::uint32_t columns,
                 std::uint32_t test_rows) const {
    std::filesystem::create_directories(folder_.path(name));
    const auto write = [&](const std::string& file, const idx::Bytes& bytes) {
      folder_.write(name + "/" + file, gz ? idx::gzip(bytes) : bytes);
    };
    write("train-images-idx3-ubyte.gz", idx::idx_images(6, rows, columns));
    write("train-labels-idx1-ubyte.gz", idx::idx_labels({0, 1, 2, 0, 1, 2}));
    write("t10k-images-idx3-ubyte.gz", idx::idx_images(4, test_rows, columns));
    write("t10k-labels-idx1-ubyte.gz", idx::idx_labels({2, 1, 0, 2}));
  }
};

TEST_F(Run, WritesMetricsWithAllThatWasAskedFor) {
  expect_success(run_digits());
  const nlohmann::json metrics = this->metrics();
  EXPECT_EQ(metrics.at("config").at("training").at("batch_size"), 32);
  EXPECT_EQ(metrics.at("config").at("training").at("optimizer").at("learning_rate"), 0.1);
  EXPECT_EQ(metrics.at("config").at("seed"), 42);
  ASSERT_EQ(metrics.at("epochs").size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const nlohmann::json& epoch = metrics.at("epochs")[i];
    EXPECT_EQ(epoch.at("epoch"), i + 1);
    EXPECT_GT(epoch.at("train_loss"), 0);
    EXPECT_GT(epoch.at("seconds"), 0);
    const double correct = epoch.at("train_accuracy").get<double>() * 300;
    EXPECT_NEAR(correct, std::round(correct), 1e-9);
  }
  EXPECT_LT(metrics.at("epochs")[2].at("train_loss"), metrics.at("epochs")[0].at("train_loss"));
  EXPECT_GT(metrics.at("test_loss"), 0);
  EXPECT_GT(metrics.at("total_seconds"), 0);
  EXPECT_GT(metrics.at("images_per_second"), 0);
  EXPECT_EQ(metrics.at("parameters"), 784 * 16 + 16 + 16 * 10 + 10);
  EXPECT_EQ(metrics.at("interrupted"), false);
  for (const char* key : {"library", "threading", "kernels", "kernels_chosen_by"})
    EXPECT_NE(metrics.at("blas").at(key), "") << key;
  EXPECT_EQ(metrics.at("threads"), 1);
}

TEST_F(Run, LogsThePredictionOfEveryTestImage) {
  expect_success(run_digits());
  std::istringstream log(folder_.read("out/predictions.log"));
  const auto images = gradtable::draw_digits(75, 2 * 42 + 1);
  int correct = 0;
  std::string line;
  for (int image = 0; image < 75; ++image) {
    if (image % 32 == 0) {
      ASSERT_TRUE(std::getline(log, line));
      EXPECT_EQ(line, fmt::format("Current batch: {}", image / 32));
    }
    ASSERT_TRUE(std::getline(log, line));
    const std::size_t at = line.find('=') + 1;
    const std::string prediction = line.substr(at, line.find('.') - at);
    const auto label = images.label(image);
    EXPECT_EQ(line, fmt::format(" - image {}: Prediction={}. Label={}", image, prediction, label));
    correct += prediction == fmt::format("{}", label) ? 1 : 0;
  }
  EXPECT_FALSE(std::getline(log, line)) << line;
  EXPECT_DOUBLE_EQ(metrics().at("test_accuracy"), correct / 75.0);
}

TEST_F(Run, DrawsTheTrainingGraphAndItsForwardPart) {
  expect_success(run_digits());
  EXPECT_NE(folder_.read("out/graph.dot").find("cluster_update"), std::string::npos);
  EXPECT_EQ(folder_.read("out/graph_forward.dot").find("cluster_update"), std::string::npos);
  if (gradtable::testing::run_process({"sh", "-c", "command -v dot"}).exit_code != 0)
    GTEST_SKIP() << "graphviz is not installed";
  for (const std::string name : {"out/graph.dot", "out/graph_forward.dot"}) {
    const ProcessResult drawn = gradtable::testing::run_process({"dot", "-Tsvg", folder_.path(name)});
    EXPECT_EQ(drawn.exit_code, 0) << drawn.err;
    EXPECT_NE(drawn.out.find("</svg>"), std::string::npos);
  }
}

TEST_F(Run, GivesTheSameBitsForTheSameSeedAndThreads) {
  for (const std::string threads : {"1", "2"}) {
    const auto run_to = [&](const std::string& out, const std::string& seed) {
      expect_success(run_digits({"--out", folder_.path(out), "--threads", threads, "--set", "seed=" + seed}));
      std::string result = folder_.read(out + "/predictions.log");
      const nlohmann::json metrics = this->metrics(out);
      for (const auto& epoch : metrics.at("epochs")) result += epoch.at("train_loss").dump() + "\n";
      return result + metrics.at("test_loss").dump();
    };
    const std::string first = run_to("a", "7");
    EXPECT_EQ(run_to("b", "7"), first);
    EXPECT_NE(run_to("c", "8"), first);
  }
}

TEST_F(Run, GivesTheSameBitsForAnyNumberOfThreadsWhenDeterministic) {
  const Words large = set({"model.hidden=[256]", "training.batch_size=200", "training.deterministic=true"});
  const auto run_on = [&](const std::string& threads) {
    const ProcessResult result =
        run_digits(large + Words{"--threads", threads, "--out", folder_.path(threads)});
    expect_success(result);
    EXPECT_NE(result.out.find("\nthreads  " + threads + ", "), std::string::npos) << result.out;
    nlohmann::json metrics = this->metrics(threads);
    EXPECT_EQ(fmt::format("{}", metrics.at("threads").get<int>()), threads);
    std::string losses = metrics.at("test_loss").dump();
    for (const auto& epoch : metrics.at("epochs"))
      losses += fmt::format(" {}", epoch.at("train_loss").dump());
    return losses + "\n" + folder_.read(threads + "/predictions.log");
  };
  EXPECT_EQ(run_on("2"), run_on("1"));
}

TEST_F(Run, TrainsWithBatchesOfOneAndInFloat64) {
  expect_success(run_digits(set({"training.batch_size=1", "dtype=float64", "training.epochs=10",
                                 "training.optimizer.learning_rate=0.01"})));
  EXPECT_EQ(metrics().at("config").at("dtype"), "float64");
  EXPECT_GT(metrics().at("epochs")[9].at("train_accuracy"), 0.8);
  EXPECT_NE(folder_.read("out/predictions.log").find("Current batch: 74\n - image 74: "), std::string::npos);
}

TEST_F(Run, TrainsWithoutHiddenLayers) {
  expect_success(run_digits(set({"model.hidden=[]"})));
  EXPECT_EQ(metrics().at("parameters"), 784 * 10 + 10);
  EXPECT_EQ(metrics().at("config").at("model").at("hidden").dump(), "[]");
}

TEST_F(Run, TrainsWithAnActivationForEachLayerAndNoBiases) {
  expect_success(
      run_digits(set({"model.hidden=[8,4]", R"(model.activation=["tanh","relu"])", "model.bias=none"})));
  EXPECT_EQ(metrics().at("parameters"), 784 * 8 + 8 * 4 + 4 * 10);
}

TEST_F(Run, TakesIdxFilesOfAnySizeAndNumberOfClasses) {
  const std::string config =
      folder_.write("idx.json", std::string_view(R"({"threads": 1, "data": {"dir": "mnist"},
      "model": {"hidden": [4]}, "training": {"batch_size": 4}, "output": {"dir": "out"}})"));
  write_idx("mnist", false, 5, 3, 5);
  write_idx("gz", true, 2, 2, 2);
  expect_success(run({config}));
  EXPECT_EQ(metrics().at("parameters"), 15 * 4 + 4 + 4 * 3 + 3);
  EXPECT_NE(folder_.read("out/predictions.log").find("image 3: "), std::string::npos);
  expect_success(run({config}, {"MNIST_DIR=" + folder_.path("gz")}));
  EXPECT_EQ(metrics().at("parameters"), 4 * 4 + 4 + 4 * 3 + 3);
  expect_success(run({config, "--set", "data.dir=mnist"}, {"MNIST_DIR=" + folder_.path("gz")}));
  EXPECT_EQ(metrics().at("parameters"), 15 * 4 + 4 + 4 * 3 + 3);
}

TEST_F(Run, RefusesDataThatDoNotFitTheModelOrTheBatch) {
  const std::string config =
      folder_.write("idx.json", std::string_view(R"({"threads": 1, "data": {"dir": "uneven/mnist"}})"));
  write_idx("uneven/mnist", false, 5, 3, 4);
  const ProcessResult result = run(Words{config} + set({"training.batch_size=4"}));
  expect_error(result, 2, "t10k-images-idx3-ubyte.gz: images of 4x3; expected 5x3");
  expect_error(run_digits(set({"training.batch_size=301"})), 2,
               config_ + " at /training/batch_size: 301; expected an integer from 1 to 300, ");
  expect_success(run_digits(set({"training.batch_size=300"})));
  expect_error(run({config}, {"MNIST_DIR=" + folder_.path("none")}), 3, "No such file or directory");
}

TEST_F(Run, TellsOneLineAnEpochAndNothingWhenQuiet) {
  const std::string out = run_digits().out;
  EXPECT_EQ(std::ranges::count(out, '\n'), 8) << out;
  for (const char* part : {"NOT the MNIST data set", "784-16-10", "\nepoch 1/3  loss ", "\nepoch 3/3  loss ",
                           "images/s\n", "\ntest     loss ", "/out: metrics.json, "})
    EXPECT_NE(out.find(part), std::string::npos) << part << " is not in\n" << out;
  for (const char c : out) EXPECT_TRUE(c == '\n' || (c >= ' ' && c != '\x7f')) << static_cast<int>(c);

  const ProcessResult quiet = run_digits({"--quiet"});
  expect_success(quiet);
  EXPECT_EQ(quiet.out, "");
}

TEST_F(Run, ObeysTheCommandLine) {
  const ProcessResult result =
      run_digits({"--set", "model.hidden=[8,4]", "--threads", "1", "--out", folder_.path("a/b")});
  expect_success(result);
  EXPECT_FALSE(exists("out"));
  EXPECT_EQ(metrics("a/b").at("parameters"), 784 * 8 + 8 + 8 * 4 + 4 + 4 * 10 + 10);
  EXPECT_EQ(metrics("a/b").at("threads"), 1);
  EXPECT_EQ(run({"--version"}).out, "mnist_fcnn " GRADTABLE_VERSION "\n");
  EXPECT_NE(run({"--help-config"}).out.find("training.batch_size"), std::string::npos);
}

TEST_F(Run, RunsTheConfigOfTheCourseOnOneImage) {
  using idx::operator+;
  const auto digits = gradtable::draw_digits(100, 1);
  std::int64_t five = 0;
  while (digits.label(five) != 5) ++five;
  folder_.write("image", idx::words({0x803, 1, 28, 28}) + digits.picture(five));
  folder_.write("label", idx::idx_labels({5}));
  folder_.write("course.config", std::string_view("rel_path_train_images = image\n"
                                                  "rel_path_train_labels = label\n"
                                                  "rel_path_test_images = image\n"
                                                  "rel_path_test_labels = label\n"
                                                  "rel_path_log_file = logs/five.log\n"
                                                  "num_epochs = 1000  // the course has 10000\n"
                                                  "batch_size = 1\n"
                                                  "hidden_size = 500\n"
                                                  "learning_rate = 1E-3\n"));
  expect_success(run_in_shell("cd \"$FOLDER\" && \"$@\"",
                              {"course.config", "--threads", "1", "--out", "out", "--quiet"}));
  EXPECT_EQ(folder_.read("logs/five.log"), "Current batch: 0\n - image 0: Prediction=5. Label=5\n");
  EXPECT_EQ(metrics().at("config").at("dtype"), "float64");
  EXPECT_EQ(metrics().at("epochs").size(), 1000U);
  EXPECT_LT(metrics().at("test_loss"), 0.02);
}

TEST_F(Run, LearnsMnist) {
  const char* mnist = std::getenv("MNIST_DIR");
  if (mnist == nullptr || *mnist == '\0') GTEST_SKIP() << "MNIST_DIR is not set";
  const std::string config =
      folder_.write("mnist.json", std::string_view(R"({"threads": 1, "output": {"dir": "out"}})"));
  expect_success(run(Words{config} + set({"data.limit_train=10000", "training.epochs=5"}),
                     {"MNIST_DIR=" + std::filesystem::absolute(mnist).string()}));
  EXPECT_GT(metrics().at("test_accuracy"), 0.9);
}

}  // namespace
}  // namespace classifier
