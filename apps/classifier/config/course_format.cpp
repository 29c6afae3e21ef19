#include "apps/classifier/config/course_format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/config/json.hpp>
#include <gradtable/models/config/table.hpp>
#include <gradtable/models/config/text.hpp>
#include <gradtable/models/io/read_file.hpp>
#include <gradtable/models/training/trainer_fields.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

using gradtable::ConfigError;
using gradtable::in_quotes;
using gradtable::config::as_utf8;
using gradtable::config::Empty;
using gradtable::config::Field;
using gradtable::config::integer;
using gradtable::config::path;
using gradtable::config::real;
using gradtable::config::Table;

constexpr std::string_view kSpace = " \t\r\v\f";

Field hidden_size(const Program& program, const std::filesystem::path& file, Config& config) {
  if (std::optional<Field> field = config.model->hidden_size()) return *std::move(field);
  throw ConfigError(fmt::format("{}: the course's format; expected JSON, as {} has no hidden_size",
                                gradtable::printable(file.native()), program.name));
}

std::vector<Field> course_fields(Field hidden_size, Config& config) {
  return {
      path("rel_path_train_images", config.data.train_images, Empty::refused, "training images"),
      path("rel_path_train_labels", config.data.train_labels, Empty::refused, "training labels"),
      path("rel_path_test_images", config.data.test_images, Empty::refused, "test images"),
      path("rel_path_test_labels", config.data.test_labels, Empty::refused, "test labels"),
      path("rel_path_log_file", config.output.prediction_log, Empty::refused, "the prediction log"),
      integer("num_epochs", config.training.epochs, gradtable::kEpochs, "passes over the training set"),
      integer("batch_size", config.training.batch_size, gradtable::kBatchSizes, "images in a step"),
      std::move(hidden_size),
      real("learning_rate", config.training.optimizer.learning_rate, gradtable::kLearningRates,
           "length of a step"),
  };
}

// What the course's program does where its config has no key: it takes its batches in the order of the file,
// and adds up the losses of a batch.
Config course_defaults(const Program& program) {
  Config config(program.model);
  config.dtype = gradtable::DType::float64;
  config.data.dir = ".";
  config.data.classes = 10;
  config.training.shuffle = false;
  config.training.loss_reduction = gradtable::LossReduction::sum;  // E = -y / p of each image, added up
  config.output = {.dir = ".",
                   .prediction_log = "",
                   .metrics = "",
                   .metrics_csv = "",
                   .results = "",
                   .report = "",
                   .config = "",
                   .checkpoint = "",
                   .weights = "",
                   .dot = ""};
  return config;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The line up to its comment. A mark inside a word is part of it: "data//mnist" and "run#1.log" are paths.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool mark = line[i] == '#' || line.substr(i, 2) == "//";
    const bool word_starts =
        i == 0 || kSpace.find(line[i - 1]) != std::string_view::npos || line[i - 1] == '=';
    if (mark && word_starts) return line.substr(0, i);
  }
  return line;
}

// The number that is the whole of `text` up to a comment, an integer when it is written as one.
std::optional<nlohmann::json> as_number(std::string_view text) {
  text = trimmed(text.substr(0, std::min(text.find('#'), text.find("//"))));
  const char* end = text.data() + text.size();
  std::int64_t integer = 0;
  const auto whole = std::from_chars(text.data(), end, integer);
  if (whole.ec == std::errc() && whole.ptr == end) return integer;
  double number = 0;
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec == std::errc() && read.ptr == end && std::isfinite(number)) return number;
  return std::nullopt;
}

class CourseReader {
 public:
  CourseReader(const std::filesystem::path& file, std::vector<Field> fields)
      : name_(gradtable::printable(file.native())), table_(std::move(fields)) {}

  void read(std::string_view text) {
    for (std::int64_t line = 1; !text.empty(); ++line) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      read_line(trimmed(without_comment(text.substr(0, end))), line);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    require_all();
  }

 private:
  void read_line(std::string_view line, std::int64_t number) {
    if (line.empty()) return;
    const std::string where = fmt::format("{}:{}", name_, number);
    const std::size_t sign = line.find('=');
    if (sign == std::string_view::npos)
      throw ConfigError(fmt::format("{}: {}; expected key = value", where, in_quotes(line)));
    const std::string key(trimmed(line.substr(0, sign)));
    const std::string text(trimmed(line.substr(sign + 1)));
    const auto [first, is_new] = lines_.try_emplace(key, number);
    if (!is_new)
      throw ConfigError(fmt::format("{}: the key {} stands in line {} too; expected it once", where,
                                    in_quotes(key), first->second));
    const auto as_value = key.starts_with("rel_path_") ? std::nullopt : as_number(text);
    table_.set(key, as_value.value_or(text), table_.has(key) ? fmt::format("{}: {}", where, key) : where);
  }

  void require_all() const {
    std::vector<std::string> missing;
    for (const Field& field : table_.fields())
      if (!lines_.contains(field.key)) missing.push_back(field.key);
    if (!missing.empty())
      throw ConfigError(fmt::format("{}: no value for {}; expected all {} keys of the course's format", name_,
                                    fmt::join(missing, ", "), table_.fields().size()));
  }

  std::string name_;
  Table table_;
  std::map<std::string, std::int64_t> lines_;  // where each key stands
};

}  // namespace

Config read_course_config(const Program& program, const std::filesystem::path& file) {
  Config config = course_defaults(program);
  CourseReader reader(file, course_fields(hidden_size(program, file, config), config));
  const std::string text = gradtable::read_file<ConfigError>(file, gradtable::config::kMaxConfigBytes);
  reader.read(as_utf8(text, gradtable::printable(file.native())));
  return config;
}

}  // namespace classifier
