// The table of keys: name, place in Config, range, meaning. docs/config.md shows it.
#include "apps/classifier/program.hpp"

#include <limits>

#include "apps/classifier/config_ranges.hpp"
#include <gradtable/models/data/digits.hpp>
#include <gradtable/models/training/losses.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

using gradtable::boolean;
using gradtable::choice;
using gradtable::DType;
using gradtable::Empty;
using gradtable::Field;
using gradtable::integer;
using gradtable::path;
using gradtable::Range;
using gradtable::real;
using gradtable::RealRange;

constexpr Range<std::int64_t> kLimit{0, 1'000'000'000};
constexpr std::int64_t kMostClasses = 256;  // labels are bytes
constexpr Range<std::int64_t> kDigits{1, gradtable::kMostDigits};

constexpr Range<std::int64_t> kFromZero{0, 1'000'000'000};
constexpr Range<std::int64_t> kFromOne{1, 1'000'000'000};
constexpr RealRange kNotNegative{.low = 0};
constexpr RealRange kFraction{.low = 0, .high = 1, .high_open = true};

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const gradtable::ClassifierLoss& loss : gradtable::classifier_losses()) names.emplace_back(loss.name);
  return names;
}

// A number that is 0 in the file where there is none.
Field or_zero(std::string key, std::optional<double>& value, std::string help) {
  const auto store = [&value](double number) { value = number > 0 ? std::optional(number) : std::nullopt; };
  const auto stored = [&value] { return value.value_or(0); };
  return real(std::move(key), store, stored, kNotNegative, std::move(help));
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
      integer("data.classes", data.classes, {0, kMostClasses},
              "number of classes; 0: one more than the largest training label; of drawn digits 10 or more"),
      integer("data.digits_train", data.digits_train, kDigits, "training images that the generator draws"),
      integer("data.digits_test", data.digits_test, kDigits, "test images that the generator draws"),
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
      choice("training.loss", training.loss, loss_names(), "what training makes small"),
      real("training.label_smoothing", training.label_smoothing, {.low = 0, .high = 1},
           "share of each label that is spread over all classes; of softmax_cross_entropy"),
      real("training.dropout", training.dropout, kFraction,
           "share of the hidden units that each step leaves out"),
      integer("training.gradient_accumulation", training.gradient_accumulation, kFromZero,
              "batches whose gradients make one update; 0: all of an epoch"),
  };
}

std::vector<Field> optimizer_fields(gradtable::OptimizerOptions& optimizer) {
  return {
      choice("training.optimizer.type", optimizer.type, gradtable::optimizer_names(),
             "rule of the weights' update"),
      real("training.optimizer.learning_rate", optimizer.learning_rate, kLearningRate,
           "length of a step against the gradient"),
      real("training.optimizer.momentum", optimizer.momentum, kFraction,
           "of momentum and nesterov: what is kept of the last step; null: 0.9"),
      real("training.optimizer.alpha", optimizer.alpha, kFraction,
           "of rmsprop: what is kept of the mean of squares; null: 0.99"),
      real("training.optimizer.beta1", optimizer.beta1, kFraction,
           "of adam and adamw: what is kept of the mean; null: 0.9"),
      real("training.optimizer.beta2", optimizer.beta2, kFraction,
           "of adam and adamw: what is kept of the mean of squares; null: 0.999"),
      real("training.optimizer.epsilon", optimizer.epsilon, {.low = 0, .low_open = true},
           "of adagrad, rmsprop, adam and adamw: added to the root; null: 1e-8, adagrad 1e-10"),
      or_zero(
          "training.weight_decay", optimizer.weight_decay,
          "lambda of the penalty lambda/2 |w|^2; adamw takes it from the weights, not the gradient; 0: none"),
      or_zero("training.l1", optimizer.l1, "lambda of the penalty lambda |w|_1; 0: none"),
      choice("training.penalize", optimizer.penalized,
             {{"all", gradtable::Penalized::all}, {"weights", gradtable::Penalized::weights}},
             "what weight_decay and l1 are for: all parameters, or weights and not biases"),
      or_zero("training.clip_norm", optimizer.clip_norm, "most that the gradient is long; 0: any length"),
      or_zero("training.clip_value", optimizer.clip_value,
              "most that an element of the gradient is, either way; 0: any number"),
  };
}

std::vector<Field> schedule_fields(gradtable::ScheduleOptions& schedule) {
  return {
      choice("training.schedule.type", schedule.type, gradtable::schedule_names(),
             "how the learning rate goes down"),
      real("training.schedule.factor", schedule.factor, {.low = 0, .high = 1, .low_open = true},
           "of step, exponential (in each epoch) and plateau: the rate becomes so much of it; null: 0.1, "
           "exponential 0.95"),
      integer("training.schedule.every", schedule.every, kFromOne,
              "of step: epochs from one to the next, the first from the end of the warm-up"),
      integer("training.schedule.epochs", schedule.epochs, kFromZero,
              "of cosine: epochs until the rate is the least, with those of the warm-up; 0: training.epochs"),
      real("training.schedule.least", schedule.least, kNotNegative,
           "of cosine and plateau: the rate goes no lower; at most the learning rate"),
      integer("training.schedule.patience", schedule.patience, kFromZero,
              "of plateau: epochs in a row without a better metric that are borne"),
      integer("training.schedule.warmup_epochs", schedule.warmup_epochs, kFromZero,
              "epochs in which the rate rises to where the schedule begins, fewer than a cosine's; 0: none"),
  };
}

std::vector<Field> selection_fields(Config::Training& training) {
  return {
      real("training.validation_fraction", training.validation_fraction, kFraction,
           "share of the training images, the last ones, that is kept apart and not trained on"),
      choice("training.early_stopping.metric", training.early_stopping.metric,
             {"train_loss", "validation_loss", "validation_accuracy", "validation_balanced_accuracy"},
             "what early stopping, keep_best and the plateau schedule look at"),
      integer("training.early_stopping.patience", training.early_stopping.patience, kFromZero,
              "epochs in a row without a better metric after which training ends; 0: never"),
      boolean("training.keep_best", training.keep_best,
              "the weights of the best epoch are what is tested and written at the end"),
      boolean("training.measure_test", training.measure_test,
              "also measure the test set after each epoch, for the curves alone: it chooses nothing"),
  };
}

std::vector<Field> augmentation_fields(gradtable::AugmentationOptions& augmentation) {
  return {
      real("training.augmentation.shift", augmentation.shift, {.low = 0, .high = 1000},
           "move each training image by up to so many pixels, along rows and along columns"),
      real("training.augmentation.rotate", augmentation.rotate, {.low = 0, .high = 180},
           "turn it by up to so many degrees, either way"),
      real("training.augmentation.scale", augmentation.scale, {.low = 0, .high = 0.9},
           "make it larger or smaller by up to this share: 0.1 is from 0.9 to 1.1"),
      real("training.augmentation.elastic.sigma", augmentation.elastic.sigma, {.low = 1, .high = 100},
           "elastic distortion: width of the Gaussian that smooths it, in pixels"),
      real("training.augmentation.elastic.alpha", augmentation.elastic.alpha, {.low = 0, .high = 10000},
           "elastic distortion: its strength, in pixels before it is smoothed; 0: none"),
  };
}

std::vector<Field> output_fields(Config::Output& output) {
  return {
      path("output.dir", output.dir, Empty::refused, "folder of the results, from the config file's folder"),
      path("output.prediction_log", output.prediction_log, Empty::allowed,
           "prediction and label of every test image, from output.dir"),
      path("output.metrics", output.metrics, Empty::allowed,
           "config, loss and accuracy as JSON, from output.dir"),
      path("output.metrics_csv", output.metrics_csv, Empty::allowed,
           "loss and accuracy of each epoch as a row, from output.dir"),
      path("output.results", output.results, Empty::allowed,
           "confusion matrix, and precision, recall and F1 of each class, as JSON, from output.dir"),
      path("output.report", output.report, Empty::allowed, "all of it as a page to look at, from output.dir"),
      path("output.config", output.config, Empty::allowed, "this config with every default, from output.dir"),
      path("output.checkpoint", output.checkpoint, Empty::allowed,
           "what --resume goes on from, from output.dir"),
      integer("output.checkpoint_every", output.checkpoint_every, kFromOne,
              "epochs from one checkpoint to the next"),
      path("output.weights", output.weights, Empty::allowed,
           "the weights at the end, for --init, from output.dir"),
      choice("output.weights_layout", output.weights_layout, {"gradtable", "pytorch"},
             "names and axes of the weights: as here, [in, out], or as in PyTorch, [out, in]"),
      path("output.dot", output.dot, Empty::allowed, "drawing of the training graph, from output.dir"),
  };
}

// Leaves files elsewhere as they are.
void name_from(std::filesystem::path& file, const std::filesystem::path& folder) {
  const std::filesystem::path name = file.lexically_relative(folder);
  if (!name.empty() && *name.begin() != "..") file = name;
}

}  // namespace

Config default_config(const Program& program) {
  Config config;
  config.output.dir /= program.name;
  return config;
}

gradtable::ConfigTable config_table(const Program& program, Config& config) {
  std::vector<Field> fields = run_fields(config);
  append(fields, data_fields(config.data));
  append(fields, program.model_fields(config.model));
  append(fields, training_fields(config.training));
  append(fields, optimizer_fields(config.training.optimizer));
  append(fields, schedule_fields(config.training.schedule));
  append(fields, selection_fields(config.training));
  append(fields, augmentation_fields(config.training.augmentation));
  append(fields, output_fields(config.output));
  return gradtable::ConfigTable(std::move(fields));
}

std::vector<std::filesystem::path*> output_files(Config::Output& output) {
  return {&output.prediction_log, &output.metrics,    &output.metrics_csv, &output.results, &output.report,
          &output.config,         &output.checkpoint, &output.weights,     &output.dot};
}

std::vector<std::filesystem::path*> data_files(Config::Data& data) {
  return {&data.train_images, &data.train_labels, &data.test_images, &data.test_labels};
}

std::string resolved_json(const Program& program, Config config) {
  for (std::filesystem::path* file : output_files(config.output)) name_from(*file, config.output.dir);
  for (std::filesystem::path* file : data_files(config.data)) name_from(*file, config.data.dir);
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  return config_table(program, config).write().dump(2, ' ', false, kReplace) + "\n";
}

}  // namespace classifier
