// The config of a program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "apps/classifier/config/model.hpp"
#include <gradtable/core/dtype.hpp>
#include <gradtable/models/data/normalization.hpp>
#include <gradtable/models/training/fit_options.hpp>

namespace classifier {

// The initial values are the defaults of the keys; program.cpp names the keys and their ranges.
struct Config {
  explicit Config(AnyModel of_program) : model(std::move(of_program)) {}

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
    std::int64_t labels_begin_at = 0;
    bool transpose_images = false;
    std::int64_t memory_limit = 1024;  // in MiB, of a file
    struct Normalize {
      bool standardize = false;
      gradtable::Normalization numbers = {};  // those measured, as soon as the images are there
    } normalize;
    std::int64_t digits_train = 60000;
    std::int64_t digits_test = 10000;
  } data;

  AnyModel model;

  // The options of the trainer, of a Fit, and of the program. fit_options() sets the seed, the threads and
  // the options that follow from other keys.
  struct Training : gradtable::TrainerOptions {
    std::int64_t epochs = 10;
    double dropout = 0;
    double validation_fraction = 0;
    gradtable::EarlyStoppingOptions early_stopping;
    bool keep_best = false;
    bool measure_test = false;
  } training;

  // An empty file name: that file is not written.
  struct Output {
    std::filesystem::path dir = "runs";  // and below it the program's name
    std::filesystem::path prediction_log = "predictions.log";
    std::filesystem::path metrics = "metrics.json";
    std::filesystem::path metrics_csv = "metrics.csv";
    std::filesystem::path steps_csv = "";
    std::filesystem::path results = "results.json";
    std::filesystem::path report = "report.html";
    bool report_canvas = true;
    std::filesystem::path config = "config.resolved.json";
    std::filesystem::path checkpoint = "checkpoint.safetensors";
    std::int64_t checkpoint_every = 1;
    std::filesystem::path weights = "weights.safetensors";
    std::string weights_layout = "gradtable";
    std::filesystem::path dot = "graph.dot";
    std::filesystem::path graph_page = "";
    std::filesystem::path profile = "";
  } output;
};

}  // namespace classifier
