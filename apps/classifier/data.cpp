#include "apps/classifier/data.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include "apps/classifier/load_config.hpp"
#include "apps/classifier/normalization.hpp"
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/data/digits.hpp>
#include <gradtable/models/data/idx.hpp>
#include <gradtable/models/data/idx_names.hpp>

namespace classifier {
namespace {

using gradtable::Dataset;

// `classes` may be more than there are digits, or 0.
Dataset drawn(std::int64_t count, std::uint64_t seed, std::int64_t classes) {
  Dataset data = gradtable::draw_digits(count, seed);
  data.classes = std::max(data.classes, classes);
  return data;
}

// Two seeds, so that no test image is a training image.
Dataset drawn_for_training(const Config& config) {
  return drawn(config.data.digits_train, 2 * config.seed, config.data.classes);
}

Dataset drawn_for_test(const Config& config, std::int64_t classes) {
  return drawn(config.data.digits_test, 2 * config.seed + 1, classes);
}

bool is_drawn(const Config& config) {
  return config.data.source == "digits";
}

bool is_missing(const std::filesystem::path& file) {
  std::error_code error;
  return !std::filesystem::exists(file, error) && !error;
}

// Images and labels, and what the config calls them.
struct Files {
  std::filesystem::path images, labels;
  std::string_view part;  // "train" or "test"
};

// What to do where there are no data yet. The course's format has a key for each file, and no folder.
std::string advice(const Files& files, const std::filesystem::path& config_file) {
  if (is_course_config(config_file))
    return fmt::format(
        "rel_path_{0}_images and rel_path_{0}_labels are the files, from the folder where the program starts",
        files.part);
  return "data.dir, or MNIST_DIR, is the folder of the files; scripts/fetch_mnist.sh downloads "
         "MNIST; apps/mnist_fcnn/configs/digits.json draws digits and needs no files";
}

Dataset load_files(const Files& files, const std::filesystem::path& config_file,
                   const gradtable::IdxOptions& options) {
  try {
    return gradtable::load_idx(files.images.string(), files.labels.string(), options);
  } catch (const gradtable::DataError& error) {
    if (!is_missing(files.images) && !is_missing(files.labels)) throw;
    throw gradtable::DataError(fmt::format("{}. {}", error.what(), advice(files, config_file)));
  }
}

Dataset load_training_images(const Config& config, const std::filesystem::path& config_file) {
  Dataset data = is_drawn(config) ? drawn_for_training(config)
                                  : load_files({config.data.train_images, config.data.train_labels, "train"},
                                               config_file, idx_options(config, config.data.classes, ""));
  if (config.data.limit_train > 0) keep_first(data, config.data.limit_train);
  return data;
}

void require_same_size(const Config& config, const Data& data) {
  if (data.test.rows != data.train.rows || data.test.columns != data.train.columns)
    throw gradtable::ConfigError(fmt::format(
        "{}: images of {}x{}; expected {}x{}, the size of the training images and the model's input",
        config.data.test_images.string(), data.test.rows, data.test.columns, data.train.rows,
        data.train.columns));
}

Dataset split_validation(const Config& config, const std::filesystem::path& file, Dataset& train) {
  const double fraction = config.training.validation_fraction;
  if (fraction == 0) return {};
  const auto count = static_cast<std::int64_t>(std::llround(fraction * static_cast<double>(train.size())));
  if (count < 1 || count >= train.size())
    throw gradtable::ConfigError(
        fmt::format("{} at /training/validation_fraction: {} of {} training images; expected a fraction that "
                    "leaves at least one for validation and one to train on",
                    gradtable::printable(file.native()), fraction, train.size()));
  return gradtable::take_last(train, count);
}

void standardize(Config& config, const Dataset& train) {
  const gradtable::Normalization measured = gradtable::measured(train);
  if (!holds(config.dtype, measured))
    throw gradtable::DataError(
        fmt::format("{}: pixels of mean {} and deviation {}; expected some that {} holds", train.source,
                    measured.mean.front(), measured.deviation.front(), to_string(config.dtype)));
  config.data.normalize.numbers = measured;
}

}  // namespace

Data load_data(Config& config, const std::filesystem::path& config_file) {
  Data data;
  data.train = load_training_images(config, config_file);
  const std::string inferred =
      fmt::format("inferred from the largest training label, in {}; data.classes sets it",
                  config.data.train_labels.string());
  data.test = load_test_images(config, config_file, idx_options(config, data.train.classes, inferred));
  require_same_size(config, data);
  data.validation = split_validation(config, config_file, data.train);
  require_batch_fits(config, config_file, data.train.size());
  if (config.data.normalize.standardize) standardize(config, data.train);
  return data;
}

gradtable::IdxOptions idx_options(const Config& config, std::int64_t classes, const std::string& source) {
  const Config::Data& data = config.data;
  gradtable::IdxOptions options{.classes = classes,
                                .classes_source = data.classes > 0 ? "by data.classes" : source,
                                .labels_begin_at = data.labels_begin_at,
                                .labels_begin_at_name = "data.labels_begin_at",
                                .transpose = data.transpose_images,
                                .memory_limit = data.memory_limit << 20,
                                .memory_limit_name = "data.memory_limit"};
  if (data.normalize.standardize || data.normalize.numbers)
    options.largest_pixel = std::numeric_limits<double>::infinity();
  return options;
}

Dataset load_test_images(const Config& config, const std::filesystem::path& config_file,
                         const gradtable::IdxOptions& options) {
  Dataset data = is_drawn(config) ? drawn_for_test(config, options.classes)
                                  : load_files({config.data.test_images, config.data.test_labels, "test"},
                                               config_file, options);
  if (config.data.limit_test > 0) keep_first(data, config.data.limit_test);
  return data;
}

Dataset load_unlabelled(const Config& config, const std::filesystem::path& images) {
  const std::string file = gradtable::find_idx_file(images).string();
  gradtable::IdxImages read = gradtable::read_idx_images(file, idx_options(config, 1, ""));
  const auto count = static_cast<std::size_t>(read.count);
  return {read.rows, read.columns,           1, std::move(read.pixels), std::vector<std::uint8_t>(count, 0),
          file,      std::move(read.numbers)};
}

std::string describe(const Config& config, const Data& data) {
  const std::string source = is_drawn(config)
                                 ? "drawn by the built-in generator: this is NOT the MNIST data set"
                                 : fmt::format("from {}", config.data.train_images.parent_path().string());
  const std::string validation =
      data.validation.size() > 0 ? fmt::format(", {} validation", data.validation.size()) : "";
  const gradtable::Normalization& normalization = config.data.normalize.numbers;
  return fmt::format("{} training{} and {} test images of {}x{}, {} classes, {}{}", data.train.size(),
                     validation, data.test.size(), data.train.rows, data.train.columns, data.train.classes,
                     source, normalization ? ", " + describe(normalization) : "");
}

}  // namespace classifier
