#include "apps/classifier/outputs.hpp"

#include <sstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <gradtable/core/blas.hpp>
#include <gradtable/core/error.hpp>
#include <gradtable/models/io/atomic_file.hpp>
#include <gradtable/models/report/results_json.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace classifier {
namespace {

namespace fs = std::filesystem;
using gradtable::EpochMetrics;
using gradtable::OutputError;

fs::path forward_dot(const fs::path& dot) {
  return dot.parent_path() / fmt::format("{}_forward{}", dot.stem().string(), dot.extension().string());
}

struct NamedFile {
  std::string_view name;  // for messages
  fs::path file;
};

// Those that are written; the config has empty names for others.
std::vector<NamedFile> outputs(const Config& config) {
  const Config::Output& output = config.output;
  std::vector<NamedFile> files = {{"output.metrics", output.metrics},
                                  {"output.metrics_csv", output.metrics_csv},
                                  {"output.prediction_log", output.prediction_log},
                                  {"output.results", output.results},
                                  {"output.report", output.report},
                                  {"output.config", output.config},
                                  {"output.checkpoint", output.checkpoint},
                                  {"output.weights", output.weights},
                                  {"output.dot", output.dot}};
  std::erase_if(files, [](const NamedFile& named) { return named.file.empty(); });
  if (!output.dot.empty()) files.push_back({"output.dot's forward part", forward_dot(output.dot)});
  return files;
}

// Those that a run must not write over, whether it reads them or not.
std::vector<NamedFile> inputs(const Config& config, const fs::path& config_file) {
  return {{"the config", config_file},
          {"data.train_images", config.data.train_images},
          {"data.train_labels", config.data.train_labels},
          {"data.test_images", config.data.test_images},
          {"data.test_labels", config.data.test_labels}};
}

// Without links and dots, as far as that is possible.
fs::path resolved(const fs::path& file) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(fs::absolute(file, error), error);
  if (!error)
    real = fs::weakly_canonical(real, error);  // "folder/../link", when the folder is yet to be made
  return error ? file.lexically_normal() : real;
}

bool same_file(const fs::path& a, const fs::path& b) {
  const fs::path real_a = resolved(a), real_b = resolved(b);
  std::error_code not_there;  // then by the names alone
  return real_a == real_b || fs::equivalent(real_a, real_b, not_there);
}

void require_apart(const NamedFile& output, const NamedFile& other) {
  if (same_file(output.file, other.file))
    throw gradtable::ConfigError(fmt::format("{}: the file of {} and of {}; expected two files",
                                             output.file.string(), other.name, output.name));
}

void require_apart(const Config& config, const fs::path& config_file) {
  std::vector<NamedFile> taken = inputs(config, config_file);
  for (const NamedFile& output : outputs(config)) {
    for (const NamedFile& other : taken) require_apart(output, other);
    taken.push_back(output);
  }
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// The folder, or the first above it that is there: where the others are to be made.
fs::path existing(fs::path folder) {
  std::error_code unknown;
  while (!fs::exists(folder, unknown) && folder.has_relative_path()) folder = folder.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

void require_writable(const fs::path& file) {
  const fs::path folder = existing(folder_of(file));
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw OutputError(fmt::format("{}: not a folder; expected a folder to write to", folder.string()));
  if (access(folder.c_str(), W_OK) != 0)
    throw OutputError(fmt::format("{}: not writable; expected a folder to write to", folder.string()));
  const fs::file_status status = fs::status(file, error);
  if (error == std::errc::no_such_file_or_directory) return;
  if (error)
    throw OutputError(fmt::format("{}: {}; expected the name of a file", file.string(), error.message()));
  if (!fs::is_regular_file(status))
    throw OutputError(fmt::format("{}: {}; expected the name of a file", file.string(),
                                  fs::is_directory(status) ? "a folder" : "not a regular file"));
  if (access(file.c_str(), W_OK) != 0)
    throw OutputError(fmt::format("{}: not writable; expected a file that may be replaced", file.string()));
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw OutputError(fmt::format("{}: {}; expected a folder to write to", folder.string(), error.message()));
}

nlohmann::ordered_json to_json(const EpochMetrics& epoch) {
  nlohmann::ordered_json json = {
      {"epoch", epoch.epoch}, {"train_loss", epoch.train_loss}, {"train_accuracy", epoch.train_accuracy}};
  const auto add = [&](const char* name, const std::optional<double>& value) {
    if (value) json[name] = *value;
  };
  add("validation_loss", epoch.validation_loss);
  add("validation_accuracy", epoch.validation_accuracy);
  add("validation_balanced_accuracy", epoch.validation_balanced_accuracy);
  add("test_loss", epoch.test_loss);
  add("test_accuracy", epoch.test_accuracy);
  json["learning_rate"] = epoch.learning_rate;
  json["seconds"] = epoch.seconds;
  return json;
}

// Of training, over all these epochs.
double images_per_second(const std::vector<EpochMetrics>& epochs) {
  double images = 0, seconds = 0;
  for (const EpochMetrics& epoch : epochs) {
    images += epoch.images_per_second * epoch.seconds;
    seconds += epoch.seconds;
  }
  return seconds > 0 ? images / seconds : 0;
}

}  // namespace

std::string drawing(const gradtable::Graph& graph, const gradtable::DotOptions& options) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  gradtable::write_dot(text, graph, options);
  return text.str();
}

std::string metrics_json(const Program& program, const Metrics& metrics, Config config) {
  nlohmann::ordered_json json;
  json["config"] = config_table(program, config).write();
  json["epochs"] = nlohmann::ordered_json::array();
  for (const EpochMetrics& epoch : metrics.epochs) json["epochs"].push_back(to_json(epoch));
  if (metrics.kept_epoch) json["kept_epoch"] = *metrics.kept_epoch;
  if (metrics.test) {
    json["test_loss"] = metrics.test->loss();
    json["test_accuracy"] = metrics.test->accuracy();
  }
  json["total_seconds"] = metrics.total_seconds;
  json["images_per_second"] = images_per_second(metrics.epochs);
  json["parameters"] = metrics.parameters;
  json["threads"] = metrics.threads;
  json["stopped_early"] = metrics.end == End::stopped_early;
  json["interrupted"] = metrics.end == End::interrupted;
  const gradtable::BlasInfo& blas = gradtable::tune_blas();
  json["blas"] = {{"library", blas.library},
                  {"threading", blas.threading},
                  {"kernels", blas.kernels},
                  {"kernels_chosen_by", blas.chosen_by}};
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void check_outputs(const Config& config, const fs::path& config_file) {
  require_apart(config, config_file);
  for (const NamedFile& output : outputs(config)) require_writable(output.file);
}

void prepare_outputs(const Config& config, const fs::path& config_file) {
  require_apart(config, config_file);
  for (const NamedFile& output : outputs(config)) {
    make_folder(folder_of(output.file));
    require_writable(output.file);
  }
}

Config only_results(Config config) {
  const Config::Output all = config.output;
  for (fs::path* file : output_files(config.output)) file->clear();
  config.output.prediction_log = all.prediction_log;
  config.output.results = all.results;
  return config;
}

void remove_old_results(const Config& config) {
  for (const fs::path& file : {config.output.prediction_log, config.output.results, config.output.report}) {
    std::error_code error;
    if (file.empty() || !fs::is_regular_file(fs::symlink_status(file, error))) continue;
    if (!fs::remove(file, error) && error)
      throw OutputError(
          fmt::format("{}: {}; expected a file that may be replaced", file.string(), error.message()));
  }
}

void write_text(const fs::path& file, const std::string& text) {
  if (!file.empty()) gradtable::write_file_atomically(file.string(), text);
}

void write_results(const Config& config, const Evaluation& evaluation) {
  write_text(config.output.prediction_log, evaluation.predictions);
  write_text(config.output.results, gradtable::results_json(evaluation.confusion, evaluation.score.loss()));
}

void write_graphs(const Config& config, const gradtable::Graph& graph, const gradtable::StepGraph& step) {
  const fs::path& dot = config.output.dot;
  if (dot.empty()) return;
  const std::string whole = drawing(graph, {.outputs = {step.loss}, .updates = step.updates});
  const std::string forward = drawing(graph, {.outputs = {step.loss}});
  write_text(dot, whole);
  write_text(forward_dot(dot), forward);
}

std::string list_of_outputs(const Config& config) {
  std::string list;
  for (const NamedFile& output : outputs(config)) {
    std::error_code error;
    if (!fs::exists(output.file, error)) continue;
    const fs::path inside = output.file.lexically_relative(config.output.dir);
    const bool below = !inside.empty() && *inside.begin() != "..";
    list += fmt::format("{}{}", list.empty() ? "" : ", ", (below ? inside : output.file).string());
  }
  return fmt::format("{}: {}", config.output.dir.string(), list);
}

}  // namespace classifier
