// The table of keys: name, place in Config, range, meaning. docs/config.md shows it.
#include <limits>
#include <span>

#include "apps/mnist_fcnn/config.hpp"
#include "apps/mnist_fcnn/config_ranges.hpp"
#include <gradtable/models/data/digits.hpp>
#include <gradtable/models/networks/activations.hpp>
#include <gradtable/models/networks/initializers.hpp>

namespace mnist_fcnn {
namespace {

using gradtable::boolean;
using gradtable::choice;
using gradtable::DType;
using gradtable::Empty;
using gradtable::Field;
using gradtable::integer;
using gradtable::integers;
using gradtable::path;
using gradtable::Range;
using gradtable::real;

constexpr Range<std::int64_t> kLimit{0, 1'000'000'000};
constexpr Range<std::int64_t> kDigits{1, gradtable::kMostDigits};

template <class Entry>
std::vector<std::string> names_of(std::span<const Entry> table) {
  std::vector<std::string> names;
  for (const Entry& entry : table) names.emplace_back(entry.name);
  return names;
}

void append(std::vector<Field>& all, std::vector<Field> more) {
  for (Field& field : more) all.push_back(std::move(field));
}

std::vector<Field> run_fields(Config& config) {
  const std::vector<std::pair<std::string, DType>> dtypes = {{"float32", DType::float32},
                                                             {"float64", DType::float64}};
  return {
      integer("seed", config.seed, {0, std::numeric_limits<std::uint64_t>::max()},
              "start of all random numbers: the same seed, threads and BLAS kernels give the same bits"),
      choice("dtype", config.dtype, dtypes, "type of the weights and of every number of the training"),
      integer("threads", config.threads, {0, 256},
              "most threads that compute, 0: as many as there are cores; small steps take fewer"),
  };
}

std::vector<Field> data_fields(Config::Data& data) {
  return {
      choice("data.source", data.source, {"idx", "digits"},
             "IDX files, or digits drawn by the built-in generator (these are not MNIST)"),
      path("data.dir", data.dir, Empty::refused, "folder of the IDX files, from the config file's folder"),
      path("data.train_images", data.train_images, Empty::refused, "training images, from data.dir"),
      path("data.train_labels", data.train_labels, Empty::refused, "training labels, from data.dir"),
      path("data.test_images", data.test_images, Empty::refused, "test images, from data.dir"),
      path("data.test_labels", data.test_labels, Empty::refused, "test labels, from data.dir"),
      integer("data.limit_train", data.limit_train, kLimit,
              "use only the first so many training images; 0: all"),
      integer("data.limit_test", data.limit_test, kLimit, "use only the first so many test images; 0: all"),
      integer("data.classes", data.classes, {0, 65536},
              "number of classes; 0: one more than the largest training label"),
      integer("data.digits_train", data.digits_train, kDigits, "training images that the generator draws"),
      integer("data.digits_test", data.digits_test, kDigits, "test images that the generator draws"),
  };
}

std::vector<Field> model_fields(Config::Model& model) {
  return {
      integers("model.hidden", model.hidden, {1, 1000}, kWidth, "widths of the hidden layers, first to last"),
      choice("model.activation", model.activation, names_of(gradtable::activations()),
             "function after each hidden layer"),
      choice("model.initializer", model.initializer, names_of(gradtable::initializers()),
             "first weights: Kaiming (He), Xavier (Glorot), uniform in [-1/n, 1/n] for n inputs, or zeros"),
  };
}

std::vector<Field> training_fields(Config::Training& training) {
  return {
      integer("training.epochs", training.epochs, kEpochs, "passes over the training set"),
      integer("training.batch_size", training.batch_size, kBatchSize,
              "images in a step; at most the training set"),
      boolean("training.shuffle", training.shuffle, "a new order of the images in every epoch"),
      boolean("training.deterministic", training.deterministic,
              "the same bits whatever the number of threads"),
      choice("training.optimizer.type", training.optimizer.type, {"sgd"}, "rule of the weights' update"),
      real("training.optimizer.learning_rate", training.optimizer.learning_rate, kLearningRate,
           "length of a step against the gradient"),
  };
}

std::vector<Field> output_fields(Config::Output& output) {
  return {
      path("output.dir", output.dir, Empty::refused, "folder of the results, from the config file's folder"),
      path("output.prediction_log", output.prediction_log, Empty::allowed,
           "prediction and label of every test image, from output.dir"),
      path("output.metrics", output.metrics, Empty::allowed,
           "config, loss and accuracy as JSON, from output.dir"),
      path("output.dot", output.dot, Empty::allowed, "drawing of the training graph, from output.dir"),
  };
}

}  // namespace

gradtable::ConfigTable config_table(Config& config) {
  std::vector<Field> fields = run_fields(config);
  append(fields, data_fields(config.data));
  append(fields, model_fields(config.model));
  append(fields, training_fields(config.training));
  append(fields, output_fields(config.output));
  return gradtable::ConfigTable(std::move(fields));
}

}  // namespace mnist_fcnn
