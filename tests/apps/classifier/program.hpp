// A built program, mnist_fcnn unless a test says another, run on small data in a folder of its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gradtable/models/io/safetensors.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace classifier {

using gradtable::testing::contains;
using gradtable::testing::ProcessResult;
using Words = std::vector<std::string>;

inline Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Settings with which no training learns.
inline const Words kDiverging = {"training.optimizer.learning_rate=1000", "model.hidden=[64,64,64]"};

// The words that set each "key=value".
inline Words set(const Words& settings) {
  Words words;
  for (const std::string& setting : settings) words = words + Words{"--set", setting};
  return words;
}

class BuiltProgram : public ::testing::Test {
 protected:
  // One thread: tests run beside each other, and threads that wait for a busy core slow each other down.
  static constexpr const char* kDigits = R"({
    "threads": 1, "data": {"source": "digits", "digits_train": 300, "digits_test": 75},
    "model": {"hidden": [16]}, "training": {"epochs": 3, "batch_size": 32},
    "output": {"dir": "out"}})";
  static constexpr const char* kDigitsForLeNet5 = R"({
    "threads": 1, "data": {"source": "digits", "digits_train": 96, "digits_test": 30},
    "training": {"epochs": 2, "batch_size": 32}, "output": {"dir": "out"}})";

  Words command(const Words& arguments) const { return Words{GRADTABLE_PROGRAMS "/" + program_} + arguments; }
  // An empty MNIST_DIR, so that the environment of the test has no part in it.
  ProcessResult run(const Words& arguments, const Words& variables = {}) const {
    return gradtable::testing::run_process(command(arguments), variables + Words{"MNIST_DIR="});
  }
  // Of kDigits.
  ProcessResult run_digits(const Words& arguments = {}, const Words& variables = {}) const {
    return run(Words{config_} + arguments, variables);
  }
  // The same with the results in a folder of this one, and without what takes long to draw.
  Words training(const std::string& out, const Words& settings = {}) const {
    return Words{config_, "--quiet", "--out", folder_.path(out)} +
           set(Words{"output.report=", "output.dot="} + settings);
  }
  ProcessResult train(const std::string& out, const Words& settings = {}, const Words& arguments = {}) const {
    return run(training(out, settings) + arguments);
  }
  Words resumed(const std::string& out) const { return {"--resume", checkpoint(out)}; }
  // `script` is read by bash; "$@" in it is the program with its arguments.
  ProcessResult run_in_shell(const std::string& script, const Words& arguments) const {
    return gradtable::testing::run_process(Words{"bash", "-c", script, "bash"} + command(arguments),
                                           {"MNIST_DIR=", "FOLDER=" + folder_.path("")});
  }
  nlohmann::json metrics(const std::string& folder = "out") const {
    return nlohmann::json::parse(folder_.read(folder + "/metrics.json"));
  }
  std::string checkpoint(const std::string& out) const {
    return folder_.path(out + "/checkpoint.safetensors");
  }
  std::string weights(const std::string& out) const { return folder_.path(out + "/weights.safetensors"); }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_.path(name)); }
  // Waits until it holds, a minute at most, and says whether it does.
  template <class Condition>
  static bool wait_until(const Condition& condition) {
    for (int i = 0; i < 30000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return condition();
  }
  // How many epochs stand in the table.
  std::ptrdiff_t epochs_in_table(const std::string& out) const {
    return std::max<std::ptrdiff_t>(0, std::ranges::count(folder_.read(out + "/metrics.csv"), '\n') - 1);
  }

  static void expect_success(const ProcessResult& result) {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
  }
  // One line on standard error, that holds `part`.
  static void expect_error(const ProcessResult& result, int code, const std::string& part) {
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_TRUE(result.err.starts_with("error: ")) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err << "lacks: " << part;
  }

  std::string program_ = "mnist_fcnn";
  gradtable::testing::TemporaryFolder folder_;
  std::string config_ = folder_.write("digits.json", std::string_view(kDigits));
};

}  // namespace classifier
