#include "gradtable/models/training/metrics_csv.hpp"

#include <optional>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::message_of;
using testing::TemporaryFolder;

constexpr const char* kHeader =
    "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,validation_balanced_accuracy,"
    "test_loss,test_accuracy,learning_rate,seconds,images_per_second\n";

class MetricsCsvTest : public ::testing::Test {
 protected:
  std::string text() const { return folder_.read("metrics.csv"); }
  void write(const std::string& text) const { folder_.write("metrics.csv", text); }

  TemporaryFolder folder_;
  const std::string path_ = folder_.path("metrics.csv");
  const std::vector<std::string> names_ = {"train_loss",
                                           "train_accuracy",
                                           "validation_loss",
                                           "validation_accuracy",
                                           "validation_balanced_accuracy",
                                           "test_loss",
                                           "test_accuracy"};
  const EpochMetrics first_ = {.epoch = 1,
                               .values = {{"train_loss", 0.1 + 0.2},
                                          {"train_accuracy", 0.5},
                                          {"validation_loss", 0.75},
                                          {"validation_accuracy", 0.25},
                                          {"validation_balanced_accuracy", 0.125}},
                               .learning_rate = 1e-7,
                               .seconds = 2.5,
                               .examples_per_second = 60000};
  const EpochMetrics second_ = {
      .epoch = 2,
      .values = {{"train_loss", 1}, {"train_accuracy", 0}, {"test_loss", 3}, {"test_accuracy", 1}}};
};

TEST_F(MetricsCsvTest, HasARowInTheFileAsSoonAsItIsAdded) {
  MetricsCsv csv(path_, names_);
  EXPECT_EQ(text(), kHeader);
  csv.add(first_);
  EXPECT_EQ(text(), std::string(kHeader) + "1,0.30000000000000004,0.5,0.75,0.25,0.125,,,1e-07,2.5,60000\n");
  csv.add(second_);
  EXPECT_TRUE(text().ends_with("\n2,1,0,,,,3,1,0,0,0\n"));
}

TEST_F(MetricsCsvTest, ReadsBackEveryBit) {
  MetricsCsv csv(path_, names_);
  csv.add(first_);
  csv.add(second_);
  EXPECT_EQ(read_metrics_csv(path_), (std::vector{first_, second_}));
}

TEST_F(MetricsCsvTest, GoesOnAfterEarlierEpochsInPlaceOfWhatWasThere) {
  write("something else");
  MetricsCsv csv(path_, names_, std::vector{first_});
  csv.add(second_);
  EXPECT_EQ(read_metrics_csv(path_), (std::vector{first_, second_}));
}

// A file says itself what it has.
TEST_F(MetricsCsvTest, ReadsTheMetricsThatTheFirstLineNames) {
  write("epoch,train_loss,test_r2,learning_rate,seconds,images_per_second\n1,2,0.5,0,0,0\n2,1,,0,0,0\n");
  const std::vector<EpochMetrics> epochs = read_metrics_csv(path_);
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_EQ(epochs[0].at("test_r2"), 0.5);
  EXPECT_EQ(epochs[1].find("test_r2"), std::nullopt);
  EXPECT_EQ(message_of<ConfigError>([&] { epochs[1].at("test_r2"); }),
            "epoch 2: expected a metric that was measured, train_loss, got \"test_r2\"");
}

TEST_F(MetricsCsvTest, LeavesOutALineThatWasNotFinished) {
  write(std::string(kHeader) + "1,2,0,,,,,,0,0,0\n2,1,0,,,,,,0,0,0");
  ASSERT_EQ(read_metrics_csv(path_).size(), 1U);
  EXPECT_EQ(read_metrics_csv(path_)[0].at("train_loss"), 2);
}

TEST_F(MetricsCsvTest, RefusesOtherTablesAndDamagedRows) {
  const auto message = [&](const std::string& text) {
    write(text);
    const std::string found = message_of<DataError>([&] { read_metrics_csv(path_); });
    return found.substr(found.find("metrics.csv"));
  };
  const std::string header = kHeader;
  for (const char* other :
       {"a,b\n1,2\n", "epoch,learning_rate,seconds\n", "epoch,a,a,learning_rate,seconds,images_per_second\n",
        "epoch,A b,learning_rate,seconds,images_per_second\n"})
    EXPECT_EQ(message(other),
              "metrics.csv:1: expected \"epoch,\", then names of metrics, then "
              "\"learning_rate,seconds,images_per_second\"");
  EXPECT_EQ(message(header + "1,x,0,,,,,,0,0,0\n"), "metrics.csv:2: \"x\"; expected a number");
  EXPECT_EQ(message(header + ",2,0,,,,,,0,0,0\n"), "metrics.csv:2: \"\"; expected a number");
  EXPECT_EQ(message(header + "1,2,0,,,,,,0,0\n"),
            "metrics.csv:2: too few fields; expected as many as there are names in the first line");
  EXPECT_EQ(message(header + "1,2,0,,,,,,0,0,0,0\n"),
            "metrics.csv:2: more fields; expected as many as there are names in the first line");
}

TEST_F(MetricsCsvTest, SaysWhichFileIsMissingOrCannotBeWritten) {
  EXPECT_EQ(message_of<DataError>([&] { read_metrics_csv(path_); }),
            path_ + ": No such file or directory; expected a readable file; its folder is empty");
  EXPECT_THROW(MetricsCsv(folder_.path("no/metrics.csv"), names_), OutputError);
}

TEST_F(MetricsCsvTest, HasARowForEachStep) {
  StepsCsv csv(path_, 0, 0);
  csv.add(1, 1, 0.5, 0.1);
  csv.add(1, 2, 0.1 + 0.2, 1e-7);
  csv.flush();
  EXPECT_EQ(text(), "epoch,step,loss,learning_rate\n1,1,0.5,0.1\n1,2,0.30000000000000004,1e-07\n");
}

// Steps after the checkpoint are done again.
TEST_F(MetricsCsvTest, KeepsTheStepsThatARunContinuesAfter) {
  const std::string header = "epoch,step,loss,learning_rate\n";
  write(header + "1,1,9,1\n1,2,8,1\n2,1,7,1\n2,2,6,1\n2,3,5");
  StepsCsv(path_, 1, 1).add(2, 2, 4, 1);
  EXPECT_EQ(text(), header + "1,1,9,1\n1,2,8,1\n2,1,7,1\n2,2,4,1\n");
  { const StepsCsv again(path_, 1, 0); }
  EXPECT_EQ(text(), header + "1,1,9,1\n1,2,8,1\n");
  { const StepsCsv anew(path_, 0, 0); }
  EXPECT_EQ(text(), header);
  write("another file\n1,1,2,3\n");
  { const StepsCsv other(path_, 1, 0); }
  EXPECT_EQ(text(), header);
  EXPECT_THROW(StepsCsv(folder_.path("no/steps.csv"), 0, 0), OutputError);
}

}  // namespace
}  // namespace gradtable
