// Configs in files of a folder of their own.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "apps/classifier/config/load.hpp"
#include "tests/apps/programs.hpp"
#include <gtest/gtest.h>
#include <tests/models/config/message.hpp>
#include <unistd.h>

namespace classifier {

namespace fs = std::filesystem;
using gradtable::config_error;

inline constexpr const char* kCourse = R"(// the course's own settings
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

inline const Program kProgram = program_named("mnist_fcnn");
inline const fs::path kRoot = fs::path(GRADTABLE_TEST_FOLDER).parent_path();

inline std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
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

}  // namespace classifier
