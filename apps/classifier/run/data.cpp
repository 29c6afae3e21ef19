#include "apps/classifier/run/data.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/classifier/config/load.hpp"
#include "apps/classifier/config/normalization.hpp"
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/data/digits.hpp>
#include <gradtable/models/data/formats/idx_dataset.hpp>
#include <gradtable/models/data/formats/idx_names.hpp>
#include <gradtable/models/data/own_digit.hpp>
#include <gradtable/models/data/picture_file.hpp>

namespace classifier {
namespace {

using gradtable::Dataset;
using gradtable::Shape;

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
  const std::string where =
      is_course_config(config_file)
          ? fmt::format(
                "rel_path_{0}_images and rel_path_{0}_labels are the files, from the folder where the "
                "program starts; MNIST_DIR has no effect on a .config file",
                files.part)
          : "data.dir is the folder of the files, and where it is called mnist, MNIST_DIR takes its place";
  return where +
         "; scripts/fetch_mnist.sh downloads MNIST to data/mnist; mnist_fcnn's config digits.json draws "
         "digits "
         "and needs no files";
}

// What `load` makes of the files.
template <class Load>
Dataset with_advice(const Files& files, const std::filesystem::path& config_file, const Load& load) {
  try {
    return load(files.images.string(), files.labels.string());
  } catch (const gradtable::DataError& error) {
    if (!is_missing(files.images) && !is_missing(files.labels)) throw;
    throw gradtable::DataError(fmt::format("{}. {}", error.what(), advice(files, config_file)));
  }
}

Dataset load_files(const Files& files, const std::filesystem::path& config_file,
                   const gradtable::IdxOptions& options) {
  return with_advice(files, config_file, [&](const std::string& images, const std::string& labels) {
    return gradtable::load_idx(images, labels, options);
  });
}

Files training_files(const Config& config) {
  return {config.data.train_images, config.data.train_labels, "train"};
}

Dataset load_training_images(const Config& config, const std::filesystem::path& config_file) {
  return is_drawn(config)
             ? drawn_for_training(config)
             : load_files(training_files(config), config_file, idx_options(config, config.data.classes, ""));
}

std::string source_of_classes(const Config& config) {
  if (is_drawn(config) || config.data.classes > 0) return "";
  return fmt::format("inferred from the largest training label, in {}; data.classes sets it",
                     config.data.train_labels.string());
}

// Of labels that begin at 1, as those of EMNIST's letters do, an empty class 0 would be inferred too.
std::string hint_about_labels(const Config& config, const Data& data) {
  if (data.classes_source.empty()) return "";
  const std::int64_t least = std::ranges::min(data.train.targets.as<std::uint8_t>());
  if (least == 0) return "";
  const std::int64_t first = least + config.data.labels_begin_at;
  return fmt::format(
      "class 0 has no image, as the training labels begin at {0}; data.labels_begin_at={0} makes {0} class 0",
      first);
}

Dataset blank_digits(const Config& config) {
  Dataset data = drawn(0, config.seed, config.data.classes);
  const std::int64_t count = config.data.digits_train;
  data.inputs = gradtable::zeros({count, data.rows(), data.columns()}, gradtable::DType::uint8);
  data.targets = gradtable::zeros({count}, gradtable::DType::uint8);
  return data;
}

Dataset blank_files(const Config& config, const std::filesystem::path& config_file) {
  const gradtable::IdxOptions options = idx_options(config, config.data.classes, "");
  return with_advice(training_files(config), config_file,
                     [&](const std::string& images, const std::string& labels) -> Dataset {
                       std::int64_t classes = options.classes;
                       if (classes == 0)
                         classes = 1 + std::ranges::max(gradtable::read_idx_labels(labels, options).classes);
                       gradtable::IdxImages blank = gradtable::IdxImageFile(images).blank(options);
                       const Shape count{blank.count};
                       return {.inputs = gradtable::inputs_of(std::move(blank)),
                               .targets = gradtable::zeros(count, gradtable::DType::uint8),
                               .classes = classes,
                               .source = images};
                     });
}

// Rows and columns.
std::pair<std::int64_t, std::int64_t> size_of_images(const Config& config) {
  if (is_drawn(config) || is_missing(config.data.test_images)) {
    const Dataset digits = gradtable::draw_digits(0, 0);
    return {digits.rows(), digits.columns()};
  }
  const gradtable::IdxImageFile file(config.data.test_images.string());
  return config.data.transpose_images ? std::pair(file.columns(), file.rows())
                                      : std::pair(file.rows(), file.columns());
}

void require_same_size(const Config& config, const Data& data) {
  if (data.test.example() != data.train.example())
    throw gradtable::ConfigError(fmt::format(
        "{}: images of {}x{}; expected {}x{}, the size of the training images and the model's input",
        config.data.test_images.string(), data.test.rows(), data.test.columns(), data.train.rows(),
        data.train.columns()));
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

// What is left to train on.
Dataset cut(const Config& config, const std::filesystem::path& config_file, Dataset data) {
  if (config.data.limit_train > 0) keep_first(data, config.data.limit_train);
  split_validation(config, config_file, data);
  require_batch_fits(config, config_file, data.size());
  return data;
}

}  // namespace

Data load_data(Config& config, const std::filesystem::path& config_file) {
  Data data;
  data.train = load_training_images(config, config_file);
  data.classes_source = source_of_classes(config);
  data.labels_hint = hint_about_labels(config, data);
  if (config.data.limit_train > 0) keep_first(data.train, config.data.limit_train);
  data.test =
      load_test_images(config, config_file, idx_options(config, data.train.classes, data.classes_source));
  require_same_size(config, data);
  data.validation = split_validation(config, config_file, data.train);
  require_batch_fits(config, config_file, data.train.size());
  if (config.data.normalize.standardize) standardize(config, data.train);
  return data;
}

Dataset whole_training_images(Config& config, const std::filesystem::path& config_file) {
  Dataset data = cut(config, config_file, load_training_images(config, config_file));
  if (config.data.normalize.standardize) standardize(config, data);
  return data;
}

Dataset blank_training_images(Config& config, const std::filesystem::path& config_file) {
  if (config.data.normalize.standardize) return whole_training_images(config, config_file);
  return cut(config, config_file, is_drawn(config) ? blank_digits(config) : blank_files(config, config_file));
}

gradtable::IdxOptions idx_options(const Config& config, std::int64_t classes, const std::string& source) {
  const Config::Data& data = config.data;
  gradtable::IdxOptions options{.classes = classes,
                                .classes_source = data.classes > 0 ? "by data.classes" : source,
                                .labels_begin_at = data.labels_begin_at,
                                .labels_begin_at_name = "data.labels_begin_at",
                                .transpose = data.transpose_images,
                                .larger_pixels_advice =
                                    "data.normalize {\"mean\": 0, \"deviation\": 255} "
                                    "divides them by 255",
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
  const Shape count{read.count};
  return {.inputs = gradtable::inputs_of(std::move(read)),
          .targets = gradtable::zeros(count, gradtable::DType::uint8),
          .classes = 1,
          .source = file};
}

Dataset load_picture(const Config& config, const std::filesystem::path& picture, std::string& done) {
  const auto [rows, columns] = size_of_images(config);
  const std::string file = picture.string();
  gradtable::OwnDigit digit = gradtable::as_digit(gradtable::read_picture_file(file), rows, columns);
  done = std::move(digit.done);
  return {.inputs = {std::move(digit.pixels), {1, rows, columns}},
          .targets = gradtable::zeros({1}, gradtable::DType::uint8),
          .classes = 1,
          .source = file};
}

std::string describe(const Config& config, const Data& data) {
  const std::string source = is_drawn(config)
                                 ? "drawn by the built-in generator: this is NOT the MNIST data set"
                                 : fmt::format("from {}", config.data.train_images.parent_path().string());
  const std::string validation =
      data.validation.size() > 0 ? fmt::format(", {} validation", data.validation.size()) : "";
  const gradtable::Normalization& normalization = config.data.normalize.numbers;
  return fmt::format("{} training{} and {} test images of {}x{}, {} classes, {}{}", data.train.size(),
                     validation, data.test.size(), data.train.rows(), data.train.columns(),
                     data.train.classes, source, normalization ? ", " + describe(normalization) : "");
}

}  // namespace classifier
