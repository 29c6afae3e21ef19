#include "apps/classifier/run/results.hpp"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <sstream>
#include <system_error>

#include "apps/classifier/run/output_checks.hpp"
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/machine/blas.hpp>
#include <gradtable/graph/build_grad.hpp>
#include <gradtable/graph/dot.hpp>
#include <gradtable/models/config/json.hpp>
#include <gradtable/models/io/atomic_file.hpp>
#include <gradtable/models/io/read_file.hpp>
#include <gradtable/models/report/graph_page.hpp>
#include <gradtable/models/report/results_json.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

namespace fs = std::filesystem;
using gradtable::content_of;
using gradtable::EpochMetrics;
using gradtable::OutputError;

nlohmann::ordered_json to_json(const EpochMetrics& epoch) {
  nlohmann::ordered_json json = {{"epoch", epoch.epoch}};
  for (const auto& [name, value] : epoch.values) json[name] = value;
  json["learning_rate"] = epoch.learning_rate;
  json["seconds"] = epoch.seconds;
  return json;
}

// Of training, over all these epochs.
double images_per_second(const std::vector<EpochMetrics>& epochs) {
  double images = 0, seconds = 0;
  for (const EpochMetrics& epoch : epochs) {
    images += epoch.examples_per_second * epoch.seconds;
    seconds += epoch.seconds;
  }
  return seconds > 0 ? images / seconds : 0;
}

std::string results(const Evaluation& evaluation) {
  return gradtable::report::results_json(evaluation.confusion, evaluation.score.loss());
}

// Whether it has a name, and lies in the folder or below it.
bool inside(const fs::path& file, const fs::path& folder) {
  const fs::path name = file.lexically_relative(folder);
  return !name.empty() && *name.begin() != "..";
}

// The numbers that the first step is given, with the first examples of a data set as its batch.
class FirstBatch {
 public:
  FirstBatch(const gradtable::StepGraph& step, const gradtable::Dataset& data, double learning_rate)
      : step_(step),
        data_(data),
        indices_(gradtable::DType::int32, step.indices.shape()),
        learning_rate_(gradtable::full({}, learning_rate, gradtable::DType::float64)) {
    std::iota(indices_.as<std::int32_t>().begin(), indices_.as<std::int32_t>().end(), 0);
  }

  std::vector<gradtable::report::PageFeed> feeds() const {
    std::vector<gradtable::report::PageFeed> feeds = {
        {step_.all_inputs, data_.inputs.reshaped(step_.all_inputs.shape())},
        {step_.all_targets, data_.targets},
        {step_.indices, indices_}};
    const auto add = [&](const gradtable::Tensor& input, const gradtable::Array& value) {
      if (!input.empty()) feeds.push_back({input, value});
    };
    add(step_.epoch, epoch_);
    add(step_.step, no_steps_);
    add(step_.learning_rate, learning_rate_);
    return feeds;
  }

 private:
  const gradtable::StepGraph& step_;
  const gradtable::Dataset& data_;
  gradtable::Array indices_;
  gradtable::Array epoch_ = gradtable::full({}, 1, gradtable::DType::int32);
  gradtable::Array no_steps_ = gradtable::full({}, 0, gradtable::DType::int32);
  gradtable::Array learning_rate_;
};

// As people compare them: with losses that agree but for their last digits.
bool same_results(const std::string& found, const std::string& expected) {
  constexpr double kSame = 1e-5;
  try {
    nlohmann::json a = gradtable::config::parse_json(found, ""),
                   b = gradtable::config::parse_json(expected, "");
    if (!a.is_object()) return false;
    const nlohmann::json loss = a.value("loss", nlohmann::json()), other = b.at("loss");
    if (loss.is_number() && other.is_number() &&
        std::abs(loss.get<double>() - other.get<double>()) <= kSame * std::abs(other.get<double>()))
      a["loss"] = other;
    return a == b;
  } catch (const gradtable::ConfigError&) {
    return false;  // no results
  }
}

// If it exists and is a file. A link stays, and the file to which it points is removed. Returns whether there
// was one.
bool remove_file(const fs::path& name) {
  std::error_code error;
  const fs::path file = gradtable::behind_links(name, error);
  if (file.empty() || !fs::is_regular_file(fs::symlink_status(file, error))) return false;
  if (!fs::remove(file, error) && error)
    throw OutputError(
        fmt::format("{}: {}; expected a file that may be replaced", file.string(), error.message()));
  return true;
}

// The loss, and the objective where that is another node.
std::vector<gradtable::Tensor> outputs_of(const gradtable::StepGraph& step, GraphPart part) {
  if (part == GraphPart::forward || step.objective == step.loss) return {step.loss};
  return {step.loss, step.objective};
}

// What else a run of the step computes: metrics and running statistics.
template <class DrawingOptions>
void add_profile(DrawingOptions& options, const gradtable::StepGraph& step, const Profile& profile) {
  if (!profile) return;
  options.profile = profile;
  for (const gradtable::Tensor& sum : step.sums)
    if (!sum.empty()) options.outputs.push_back(sum);
  options.updates.insert(options.updates.end(), step.states.begin(), step.states.end());
}

}  // namespace

std::string drawing(Setup& setup, const gradtable::StepGraph& step, GraphPart part, const Profile& profile) {
  gradtable::DotOptions options = {.outputs = outputs_of(step, part)};
  if (part == GraphPart::all) options.updates = step.updates;
  if (part == GraphPart::gradient)
    for (const auto& [parameter, gradient] : step.gradients) options.outputs.push_back(gradient);
  add_profile(options, step, profile);
  std::ostringstream text;
  text.imbue(std::locale::classic());
  gradtable::write_dot(text, setup.graph, options);
  return text.str();
}

std::string title_of_graph(const Config& config, const gradtable::Dataset& images) {
  return fmt::format("A training step of {}", config.model->describe(images));
}

std::string graph_page(Setup& setup, const gradtable::StepGraph& step, GraphPart part,
                       const PageContent& content) {
  gradtable::report::GraphPageOptions options = {.title = content.title, .outputs = outputs_of(step, part)};
  options.program = {.outputs = {step.loss},
                     .finite = {step.loss},
                     .threads = content.trainer.threads,
                     .deterministic = content.trainer.deterministic};
  if (part == GraphPart::all) options.updates = options.program->updates = step.updates;
  if (part != GraphPart::forward) options.events = step.events;
  if (part == GraphPart::gradient)
    for (const auto& [parameter, gradient] : step.gradients) options.program->outputs.push_back(gradient);
  std::optional<FirstBatch> batch;
  if (content.images) {
    batch.emplace(step, *content.images, content.trainer.optimizer.learning_rate);
    options.feeds = batch->feeds();
  }
  add_profile(options, step, content.profile);
  std::ostringstream text;
  text.imbue(std::locale::classic());
  gradtable::report::write_graph_page(text, setup.graph, options);
  return text.str();
}

std::string metrics_json(const Metrics& metrics, Config config) {
  nlohmann::ordered_json json;
  json["config"] = config_table(config).write();
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
  json["stopped_early"] = metrics.end == gradtable::FitEnd::stopped_early;
  json["interrupted"] = metrics.end == gradtable::FitEnd::interrupted;
  const gradtable::BlasInfo& blas = gradtable::tune_blas();
  json["blas"] = {{"library", blas.library},
                  {"threading", blas.threading},
                  {"kernels", blas.kernels},
                  {"kernels_chosen_by", blas.chosen_by}};
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Config only_results(Config config) {
  for (const OutputFile& file : output_files())
    if (file.content != Content::evaluation) (config.output.*file.member).clear();
  return config;
}

void remove_old_results(const Config& config, const Options& options) {
  for (const OutputFile& file : output_files()) {
    const bool continued = file.content == Content::training && options.resume;
    if (file.content != Content::state && !continued) remove_file(config.output.*file.member);
  }
}

bool remove_other_report(const Config& config, const Evaluation& evaluation) {
  const Config::Output& output = config.output;
  const bool same =
      (output.prediction_log.empty() || content_of(output.prediction_log) == evaluation.predictions) &&
      (output.results.empty() || same_results(content_of(output.results).value_or(""), results(evaluation)));
  return !same && inside(output.report, output.dir) && remove_file(output.report);
}

void write_text(const fs::path& file, const std::string& text) {
  if (!file.empty()) gradtable::write_file_atomically(file.string(), text);
}

void write_results(const Config& config, const Evaluation& evaluation) {
  write_text(config.output.prediction_log, evaluation.predictions);
  write_text(config.output.results, results(evaluation));
}

void write_graphs(const Config& config, Setup& setup, const gradtable::StepGraph& step,
                  const PageContent& content) {
  if (!config.output.graph_page.empty())
    write_text(config.output.graph_page, graph_page(setup, step, GraphPart::all, content));
  const fs::path& dot = config.output.dot;
  if (dot.empty()) return;
  const std::string whole = drawing(setup, step, GraphPart::all);
  const std::string forward = drawing(setup, step, GraphPart::forward);
  write_text(dot, whole);
  write_text(forward_dot(dot), forward);
}

std::string list_of_outputs(const Config& config) {
  std::string list;
  for (const NamedFile& output : named_outputs(config.output)) {
    std::error_code error;
    if (!fs::exists(output.file, error)) continue;
    const fs::path& dir = config.output.dir;
    const fs::path name = inside(output.file, dir) ? output.file.lexically_relative(dir) : output.file;
    list += fmt::format("{}{}", list.empty() ? "" : ", ", name.string());
  }
  return list.empty() ? "none" : fmt::format("{}: {}", config.output.dir.string(), list);
}

}  // namespace classifier
