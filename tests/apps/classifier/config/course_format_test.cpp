#include "apps/classifier/config/course_format.hpp"

#include <string>
#include <vector>

#include "tests/apps/classifier/configs.hpp"

namespace classifier {
namespace {

TEST_F(LoadConfig, ReadsTheCoursesFormat) {
  setenv("MNIST_DIR", "/not/for/the/course", 1);
  const Config config = load(kCourse, {}, "configs/run.config");
  EXPECT_EQ(config.dtype, gradtable::DType::float64);
  EXPECT_EQ(config.data.train_images, folder_ / "data/train-images");
  EXPECT_EQ(config.data.train_labels, folder_ / "data/train-labels// no comment: part of the name");
  EXPECT_EQ(config.data.test_images, folder_ / "data//test-images");
  EXPECT_EQ(config.data.test_labels, folder_ / "data/test#1-labels");
  EXPECT_EQ(config.data.classes, 10);
  EXPECT_EQ(model_of(config).at("hidden").dump(), "[500]");
  EXPECT_EQ(config.training.epochs, 5);
  EXPECT_EQ(config.training.batch_size, 100);
  EXPECT_FALSE(config.training.shuffle);
  EXPECT_EQ(config.training.loss_reduction, gradtable::LossReduction::sum);
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

TEST_F(LoadConfig, SkipsAByteOrderMark) {
  EXPECT_EQ(load("\xEF\xBB\xBF" + std::string(kCourse), {}, "run.config").training.epochs, 5);
  EXPECT_EQ(load("\xEF\xBB\xBF{\"seed\": 7}").seed, 7U);
}

TEST_F(LoadConfig, RefusesTheCoursesFormatAsUtf16) {
  EXPECT_EQ(course_error(std::string("\xFF\xFE"
                                     "n\0",
                                     4)),
            "run.config:1:1: UTF-16 text; expected UTF-8 text");
  EXPECT_EQ(course_error(std::string("n\0u\0", 4)), "run.config:1:1: UTF-16 text; expected UTF-8 text");
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

}  // namespace
}  // namespace classifier
