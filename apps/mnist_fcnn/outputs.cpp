#include "apps/mnist_fcnn/outputs.hpp"

#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <gradtable/core/blas.hpp>
#include <gradtable/core/error.hpp>
#include <gradtable/graph/dot.hpp>
#include <gradtable/models/io/atomic_file.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace mnist_fcnn {
namespace {

namespace fs = std::filesystem;
using gradtable::OutputError;

fs::path forward_dot(const fs::path& dot) {
  return dot.parent_path() / fmt::format("{}_forward{}", dot.stem().string(), dot.extension().string());
}

// Those that are written; the config has empty names for others.
std::vector<fs::path> files(const Config& config) {
  std::vector<fs::path> result;
  const Config::Output& output = config.output;
  for (const fs::path& file : {output.metrics, output.prediction_log, output.dot}) {
    if (!file.empty()) result.push_back(file);
  }
  if (!output.dot.empty()) result.push_back(forward_dot(output.dot));
  return result;
}

void require_writable(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw OutputError(fmt::format("{}: {}; expected a folder to write to", folder.string(), error.message()));
  if (!fs::is_directory(folder, error))
    throw OutputError(fmt::format("{}: not a folder; expected a folder to write to", folder.string()));
  if (access(folder.c_str(), W_OK) != 0)
    throw OutputError(fmt::format("{}: not writable; expected a folder to write to", folder.string()));
  if (fs::exists(file, error) && !fs::is_regular_file(file, error))
    throw OutputError(fmt::format("{}: {}; expected the name of a file", file.string(),
                                  fs::is_directory(file, error) ? "a folder" : "not a regular file"));
  if (fs::exists(file, error) && access(file.c_str(), W_OK) != 0)
    throw OutputError(fmt::format("{}: not writable; expected a file that may be replaced", file.string()));
}

std::string drawing(const gradtable::Graph& graph, const gradtable::DotOptions& options) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  gradtable::write_dot(text, graph, options);
  return text.str();
}

}  // namespace

double Metrics::images_per_second() const {
  double images = 0, seconds = 0;
  for (const EpochMetrics& epoch : epochs) {
    images += static_cast<double>(epoch.score.images);
    seconds += epoch.seconds;
  }
  return seconds > 0 ? images / seconds : 0;
}

std::string to_json(const Metrics& metrics, Config config) {
  nlohmann::ordered_json json;
  json["config"] = config_table(config).write();
  json["epochs"] = nlohmann::ordered_json::array();
  for (const EpochMetrics& epoch : metrics.epochs) {
    json["epochs"].push_back({{"epoch", epoch.epoch},
                              {"train_loss", epoch.score.loss()},
                              {"train_accuracy", epoch.score.accuracy()},
                              {"seconds", epoch.seconds}});
  }
  if (metrics.test) {
    json["test_loss"] = metrics.test->loss();
    json["test_accuracy"] = metrics.test->accuracy();
  }
  json["total_seconds"] = metrics.total_seconds;
  json["images_per_second"] = metrics.images_per_second();
  json["parameters"] = metrics.parameters;
  json["interrupted"] = metrics.interrupted;
  const gradtable::BlasInfo& blas = gradtable::tune_blas();
  json["blas"] = {{"library", blas.library},
                  {"threading", blas.threading},
                  {"kernels", blas.kernels},
                  {"kernels_chosen_by", blas.chosen_by},
                  {"threads", metrics.threads}};
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void prepare_outputs(const Config& config) {
  for (const fs::path& file : files(config)) require_writable(file);
}

void write_graphs(const Config& config, const gradtable::Graph& graph, const gradtable::StepGraph& step) {
  const fs::path& dot = config.output.dot;
  if (dot.empty()) return;
  const std::string whole = drawing(graph, {.outputs = {step.loss}, .updates = step.updates});
  const std::string forward = drawing(graph, {.outputs = {step.loss}});
  gradtable::write_file_atomically(dot.string(), whole);
  gradtable::write_file_atomically(forward_dot(dot).string(), forward);
}

std::string list_of_outputs(const Config& config, const Metrics& metrics) {
  Config written = config;
  if (!metrics.test) written.output.prediction_log.clear();
  std::string list;
  for (const fs::path& file : files(written))
    list += fmt::format("{}{}", list.empty() ? "" : ", ", file.string());
  return list;
}

}  // namespace mnist_fcnn
