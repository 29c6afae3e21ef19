#include "apps/classifier/inference.hpp"

#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "apps/classifier/data.hpp"
#include "apps/classifier/evaluation.hpp"
#include "apps/classifier/output_checks.hpp"
#include "apps/classifier/outputs.hpp"
#include "apps/classifier/progress.hpp"
#include "apps/classifier/setup.hpp"
#include <fmt/format.h>
#include <gradtable/core/array.hpp>
#include <gradtable/core/error.hpp>
#include <gradtable/models/io/interrupt.hpp>
#include <gradtable/models/io/standard_output.hpp>
#include <gradtable/models/training/losses.hpp>
#include <gradtable/models/training/weights.hpp>

namespace classifier {
namespace {

using gradtable::Dataset;
using gradtable::write_output;

std::optional<std::int64_t> as_classes(std::int64_t number) {
  constexpr std::int64_t kMost = 65536;
  return number >= 1 && number <= kMost ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> stated_classes(const WeightsFile& weights) {
  const auto found = weights.content.metadata.find("classes");
  if (found == weights.content.metadata.end()) return std::nullopt;
  const std::string& text = found->second;
  std::int64_t classes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), classes);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return as_classes(classes);
}

// The outputs of the last layer: as many as its biases, or as its weights have columns. A network of one
// class has parameters of the same names.
std::optional<std::int64_t> classes_of_last_layer(const WeightsFile& weights, const Program& program,
                                                  const Config& config, const Dataset& images) {
  const Dataset like{images.rows, images.columns, 1, {}, {}, images.source};
  gradtable::Graph graph;
  const gradtable::Classifier network = program.network(graph, config, like);
  for (auto last = network.parameters.rbegin(); last != network.parameters.rend(); ++last) {
    const auto shape = shape_in(weights.content, weights.path, network.parameters, *last);
    if (shape && shape->rank() > 0) return as_classes((*shape)[shape->rank() - 1]);
  }
  return std::nullopt;
}

// That of the config; else that of the file. What is in neither is no network of this config: load_weights
// says so.
std::int64_t classes_of(const WeightsFile& weights, const Program& program, const Config& config,
                        const Dataset& images) {
  if (config.data.classes > 0) return config.data.classes;
  if (const auto stated = stated_classes(weights)) return *stated;
  return classes_of_last_layer(weights, program, config, images).value_or(1);
}

// The images to be classified, of as many classes as the network tells apart.
Dataset load_images(const WeightsFile& weights, const Program& program, const Options& options,
                    const Config& config) {
  Dataset images =
      options.images ? load_unlabelled(*options.images) : load_test_images(config, config.data.classes);
  images.classes = classes_of(weights, program, config, images);
  if (config.data.source == "idx")
    require_labels_below(images, images.classes, config.data.test_labels.string());
  return images;
}

// A line for each image.
std::string lines(const gradtable::Answers& batch) {
  const gradtable::Array probabilities =
      cast(gradtable::Array(batch.probabilities), gradtable::DType::float64);
  const std::size_t classes = probabilities.as<double>().size() / batch.predictions.size();
  std::string text;
  for (std::size_t i = 0; i < batch.predictions.size(); ++i) {
    const auto prediction = static_cast<std::size_t>(batch.predictions[i]);
    text += fmt::format("{},{},{:.6g}\n", batch.first + static_cast<std::int64_t>(i), prediction,
                        probabilities.as<double>()[i * classes + prediction]);
  }
  return text;
}

}  // namespace

void evaluate_weights(const Program& program, const Options& options, const Config& full) {
  const Config config = only_results(full);
  prepare_outputs(config, options);
  WeightsFile weights = read_weights_file(options);
  const Dataset test = load_images(weights, program, options, config);
  Setup setup(program, config, test, not_finite_rule(options));
  load_weights(std::move(weights), options, test, setup);
  const Evaluation evaluation = evaluate(setup.trainer, test);
  {
    const gradtable::InterruptDelay together;
    remove_other_report(full, evaluation);
    write_results(config, evaluation);
  }
  if (options.quiet) return;
  say_result(test_line(evaluation.score));
  say_result(fmt::format("results  {}", list_of_outputs(config)));
}

void predict(const Program& program, const Options& options, const Config& config) {
  WeightsFile weights = read_weights_file(options);
  const Dataset images = load_images(weights, program, options, config);
  // Images of a file have no labels, so that their loss means nothing.
  Setup setup(program, config, images, gradtable::NotFinite::allow);
  load_weights(std::move(weights), options, images, setup);
  const bool probabilities = gradtable::find_classifier_loss(config.training.loss).gives_probabilities;
  write_output(fmt::format("image,prediction,{}\n", probabilities ? "probability" : "output"));
  setup.trainer.evaluate(images, [](const gradtable::Answers& batch) { write_output(lines(batch)); });
}

}  // namespace classifier
