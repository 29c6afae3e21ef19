// The table of keys: name, place in Config, range, meaning. docs/config.md shows it.
#include "apps/classifier/config/program.hpp"

#include <limits>

#include "apps/classifier/config/normalization.hpp"
#include "apps/classifier/config/output_files.hpp"
#include <gradtable/models/data/digits.hpp>
#include <gradtable/models/training/fit_options.hpp>
#include <gradtable/models/training/trainer_fields.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

using gradtable::DType;
using gradtable::config::append;
using gradtable::config::boolean;
using gradtable::config::choice;
using gradtable::config::Empty;
using gradtable::config::Field;
using gradtable::config::integer;
using gradtable::config::kFromOne;
using gradtable::config::path;
using gradtable::config::Range;
using gradtable::config::real;

constexpr const char* kTraining = "training.";
constexpr Range<std::int64_t> kLimit{0, 1'000'000'000};
constexpr std::int64_t kMostClasses = 256;  // labels are bytes
constexpr Range<std::int64_t> kFirstLabel{-1'000'000, 1'000'000};
constexpr Range<std::int64_t> kMemory{1, 1'000'000'000};
constexpr Range<std::int64_t> kDigits{1, gradtable::kMostDigits};

std::vector<Field> run_fields(Config& config) {
  const std::vector<std::pair<std::string, DType>> dtypes = {{"float32", DType::float32},
                                                             {"float64", DType::float64}};
  return {
      integer("seed", config.seed, {0, std::numeric_limits<std::uint64_t>::max()},
              "seed of all random numbers: the same seed, threads and BLAS kernels give the same bits"),
      choice("dtype", config.dtype, dtypes, "type of the weights and of every number of the training"),
      integer("threads", config.threads, gradtable::kThreads,
              "maximum number of threads; 0: as many as there are cores; small steps use fewer"),
  };
}

std::vector<Field> data_fields(Config::Data& data) {
  return {
      choice("data.source", data.source, {"idx", "digits"},
             "IDX files, or digits drawn by the built-in generator (these are not MNIST)"),
      path("data.dir", data.dir, Empty::refused,
           "folder of the IDX files, relative to the config file's folder"),
      path("data.train_images", data.train_images, Empty::refused, "training images, in data.dir"),
      path("data.train_labels", data.train_labels, Empty::refused, "training labels, in data.dir"),
      path("data.test_images", data.test_images, Empty::refused, "test images, in data.dir"),
      path("data.test_labels", data.test_labels, Empty::refused, "test labels, in data.dir"),
      integer("data.limit_train", data.limit_train, kLimit,
              "use only this many training images, the first; 0: all"),
      integer("data.limit_test", data.limit_test, kLimit,
              "use only this many test images, the first; 0: all"),
      integer("data.classes", data.classes, {0, kMostClasses},
              "number of classes; 0: one more than the largest training label; for drawn digits at least 10"),
      integer("data.labels_begin_at", data.labels_begin_at, kFirstLabel,
              "the label of class 0: 1 for the letters of EMNIST"),
      boolean("data.transpose_images", data.transpose_images,
              "transpose the images: for files that hold them column by column, such as EMNIST's"),
      normalize_field(data.normalize),
      integer("data.memory_limit", data.memory_limit, kMemory,
              "maximum memory in MiB of the images or labels of a file; a larger file is refused"),
      integer("data.digits_train", data.digits_train, kDigits, "training images that the generator draws"),
      integer("data.digits_test", data.digits_test, kDigits, "test images that the generator draws"),
  };
}

std::vector<Field> training_fields(Config::Training& training) {
  std::vector<Field> fields = {gradtable::epochs_field(training.epochs, kTraining)};
  append(fields, gradtable::trainer_fields(training, kTraining, gradtable::Targets::classes));
  fields.push_back(real("training.dropout", training.dropout, gradtable::config::kFraction,
                        "share of the hidden units that each step leaves out"));
  return fields;
}

std::vector<Field> selection_fields(Config::Training& training) {
  static const std::vector<std::string> kSelecting = {"train_loss", "validation_loss", "validation_accuracy",
                                                      "validation_balanced_accuracy"};
  std::vector<Field> fields = {
      real("training.validation_fraction", training.validation_fraction, gradtable::config::kFraction,
           "share of the training images that is kept for validation: the last ones")};
  append(fields,
         gradtable::selection_fields(training.early_stopping, training.keep_best, kSelecting, kTraining));
  fields.push_back(boolean("training.measure_test", training.measure_test,
                           "also evaluate the test set after each epoch, for the curves alone"));
  return fields;
}

// The files, with what belongs to some of them.
std::vector<Field> output_fields(Config::Output& output) {
  std::vector<Field> fields = {path("output.dir", output.dir, Empty::refused,
                                    "folder of the results, relative to the config file's folder")};
  for (const OutputFile& file : output_files()) {
    fields.push_back(path(std::string(file.key), output.*file.member, Empty::allowed,
                          std::string(file.meaning) + ", in output.dir"));
    if (file.member == &Config::Output::report)
      fields.push_back(
          boolean("output.report_canvas", output.report_canvas,
                  "an area in the report where one draws and the network answers; the page then has the "
                  "weights, of at most 2 MB"));
    if (file.member == &Config::Output::checkpoint)
      fields.push_back(integer("output.checkpoint_every", output.checkpoint_every, kFromOne,
                               "epochs from one checkpoint to the next"));
    if (file.member == &Config::Output::weights)
      fields.push_back(
          choice("output.weights_layout", output.weights_layout, {"gradtable", "pytorch"},
                 "names and axes of the weights: gradtable's, [in, out], or PyTorch's, [out, in]"));
  }
  return fields;
}

// Leaves files elsewhere as they are.
void name_from(std::filesystem::path& file, const std::filesystem::path& folder) {
  const std::filesystem::path name = file.lexically_relative(folder);
  if (!name.empty() && *name.begin() != "..") file = name;
}

}  // namespace

Config default_config(const Program& program) {
  Config config(program.model);
  config.output.dir /= program.name;
  return config;
}

gradtable::config::Table config_table(Config& config) {
  std::vector<Field> fields = run_fields(config);
  append(fields, data_fields(config.data));
  append(fields, config.model->fields());
  append(fields, training_fields(config.training));
  append(fields, selection_fields(config.training));
  append(fields, output_fields(config.output));
  return gradtable::config::Table(std::move(fields));
}

std::vector<std::filesystem::path*> data_files(Config::Data& data) {
  return {&data.train_images, &data.train_labels, &data.test_images, &data.test_labels};
}

std::string resolved_json(Config config) {
  for (const OutputFile& file : output_files()) name_from(config.output.*file.member, config.output.dir);
  for (std::filesystem::path* file : data_files(config.data)) name_from(*file, config.data.dir);
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  return config_table(config).write().dump(2, ' ', false, kReplace) + "\n";
}

}  // namespace classifier
