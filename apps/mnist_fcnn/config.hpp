// What mnist_fcnn is told to do: read from a JSON file (or the course's .config file), changed by the command
// line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gradtable/core/dtype.hpp>
#include <gradtable/models/config/table.hpp>
#include <gradtable/models/training/trainer.hpp>

namespace mnist_fcnn {

// The initial values are the defaults of the keys; config_fields.cpp names the keys and their ranges.
struct Config {
  std::uint64_t seed = 42;
  gradtable::DType dtype = gradtable::DType::float32;
  int threads = 0;  // at most; 0: as many as there are cores

  struct Data {
    std::string source = "idx";  // or "digits": drawn by the built-in generator, no file is read
    std::filesystem::path dir = "data/mnist";
    std::filesystem::path train_images = "train-images-idx3-ubyte.gz";
    std::filesystem::path train_labels = "train-labels-idx1-ubyte.gz";
    std::filesystem::path test_images = "t10k-images-idx3-ubyte.gz";
    std::filesystem::path test_labels = "t10k-labels-idx1-ubyte.gz";
    std::int64_t limit_train = 0;  // 0: all
    std::int64_t limit_test = 0;
    std::int64_t classes = 0;  // 0: one more than the largest training label
    std::int64_t digits_train = 60000;
    std::int64_t digits_test = 10000;
  } data;

  struct Model {
    std::vector<std::int64_t> hidden = {128};
    std::string activation = "relu";
    std::string initializer = "kaiming_uniform";
  } model;

  struct Training {
    std::int64_t epochs = 10;
    std::int64_t batch_size = 64;
    bool shuffle = true;
    bool deterministic = gradtable::TrainerOptions{}.deterministic;

    struct Optimizer {
      std::string type = "sgd";
      double learning_rate = 0.1;
    } optimizer;
  } training;

  // An empty file name: that file is not written.
  struct Output {
    std::filesystem::path dir = "runs/mnist_fcnn";
    std::filesystem::path prediction_log = "predictions.log";
    std::filesystem::path metrics = "metrics.json";
    std::filesystem::path dot = "graph.dot";
  } output;
};

// What the command line says over the file.
struct Overrides {
  std::vector<std::string> settings = {};         // "key.path=value", the last of two for one key wins
  std::optional<std::filesystem::path> out = {};  // output.dir, relative to the working directory
  std::optional<std::int64_t> threads = {};
};

// The keys of the config, bound to `config`: its table writes the resolved JSON and the help text.
gradtable::ConfigTable config_table(Config& config);

// The config in a file, as the course's format when the name ends in ".config", else as JSON. Every path in
// the result can be used from anywhere: relative data.dir and output.dir start at the file's folder (the
// working directory for the course's format), file names at data.dir and output.dir. data.dir comes from,
// last wins: the file, the environment's MNIST_DIR (JSON only; relative to the working directory), the
// settings. Throws gradtable::ConfigError for a file that cannot be read and for every value that is not
// permitted.
Config load_config(const std::filesystem::path& file, const Overrides& overrides = {});

// Throws gradtable::ConfigError, which names the config's file, when a batch is larger than the training set.
void require_batch_fits(const Config& config, const std::filesystem::path& file,
                        std::int64_t training_images);

}  // namespace mnist_fcnn
