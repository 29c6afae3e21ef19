// What a program is told to do: read from a JSON file (or the course's .config file), changed by the command
// line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gradtable/core/dtype.hpp>
#include <gradtable/models/config/table.hpp>
#include <gradtable/models/data/augmentation.hpp>
#include <gradtable/models/networks/fcnn.hpp>
#include <gradtable/models/networks/lenet5.hpp>
#include <gradtable/models/optimizers/optimizer.hpp>
#include <gradtable/models/training/trainer.hpp>

namespace classifier {

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

  // All that models can have; a program's table has the keys of its own model.
  struct Model {
    std::vector<std::int64_t> hidden = {128};
    std::vector<std::string> activation = {"relu"};  // one, or one for each hidden layer
    std::string output = "linear";
    gradtable::Bias bias = gradtable::Bias::node;
    gradtable::Pooling pooling = gradtable::Pooling::max;
    std::string initializer = "kaiming_uniform";
  } model;

  struct Training {
    std::int64_t epochs = 10;
    std::int64_t batch_size = 64;
    bool shuffle = true;
    bool deterministic = gradtable::TrainerOptions{}.deterministic;
    std::string loss = "softmax_cross_entropy";
    double label_smoothing = 0;
    double dropout = 0;
    std::int64_t gradient_accumulation = 1;  // 0: all batches of an epoch
    gradtable::OptimizerOptions optimizer;   // with what comes before it: decay, penalties, clipping

    gradtable::ScheduleOptions schedule = {.epochs = 0};  // 0: those of the training

    double validation_fraction = 0;
    struct EarlyStopping {
      std::string metric = "validation_loss";
      std::int64_t patience = 0;  // 0: never
    } early_stopping;
    bool keep_best = false;
    bool measure_test = false;
    gradtable::AugmentationOptions augmentation;
  } training;

  // An empty file name: that file is not written.
  struct Output {
    std::filesystem::path dir = "runs";  // and below it the program's name
    std::filesystem::path prediction_log = "predictions.log";
    std::filesystem::path metrics = "metrics.json";
    std::filesystem::path metrics_csv = "metrics.csv";
    std::filesystem::path results = "results.json";
    std::filesystem::path report = "report.html";
    std::filesystem::path config = "config.resolved.json";
    std::filesystem::path checkpoint = "checkpoint.safetensors";
    std::int64_t checkpoint_every = 1;
    std::filesystem::path weights = "weights.safetensors";
    std::string weights_layout = "gradtable";
    std::filesystem::path dot = "graph.dot";
  } output;
};

// What tells one program from another.
struct Program {
  std::string name;     // "mnist_fcnn"
  std::string purpose;  // what it trains, for the help
  // The keys of its model, bound to `model`.
  std::function<std::vector<gradtable::Field>(Config::Model& model)> model_fields;
  // Its network for images like those of the data set, with the parameters in the graph. Throws
  // gradtable::ConfigError for images that it cannot take.
  std::function<gradtable::Classifier(gradtable::Graph& graph, const Config& config,
                                      const gradtable::Dataset& data)>
      network;
  // The same for people: "784-128-10, relu".
  std::function<std::string(const Config& config, const gradtable::Dataset& data)> describe;
};

// What the command line says over the file.
struct Overrides {
  std::vector<std::string> settings = {};         // "key.path=value", the last of two for one key wins
  std::optional<std::filesystem::path> out = {};  // output.dir, relative to the working directory
  std::optional<std::int64_t> threads = {};
};

Config default_config(const Program& program);

// The keys of the config, bound to `config`: its table writes the resolved JSON and the help text.
gradtable::ConfigTable config_table(const Program& program, Config& config);

// The config with all its keys, as the text of a file that gives the same config.
std::string resolved_json(const Program& program, Config config);

// The config in a file, as the course's format when the name ends in ".config", else as JSON. Every path in
// the result can be used from anywhere: relative data.dir and output.dir start at the file's folder (the
// working directory for the course's format), file names at data.dir and output.dir. data.dir comes from,
// last wins: the file, the environment's MNIST_DIR (JSON only; relative to the working directory), the
// settings. Throws gradtable::ConfigError for a file that cannot be read, for every value that is not
// permitted, and for values that do not fit together.
Config load_config(const Program& program, const std::filesystem::path& file,
                   const Overrides& overrides = {});

// Throws gradtable::ConfigError, which names the config's file and a key, when two values do not fit
// together.
void require_consistent(const Config& config, const std::filesystem::path& file);

// Throws gradtable::ConfigError, which names the config's file, when a batch is larger than the training set.
void require_batch_fits(const Config& config, const std::filesystem::path& file,
                        std::int64_t training_images);

}  // namespace classifier
