#include "apps/classifier/run/eval_predict.hpp"

#include <cmath>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "apps/classifier/config/normalization.hpp"
#include "apps/classifier/run/build.hpp"
#include "apps/classifier/run/data.hpp"
#include "apps/classifier/run/evaluation.hpp"
#include "apps/classifier/run/output_checks.hpp"
#include "apps/classifier/run/progress.hpp"
#include "apps/classifier/run/results.hpp"
#include <fmt/format.h>
#include <gradtable/core/array.hpp>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/data/formats/idx_dataset.hpp>
#include <gradtable/models/data/picture_file.hpp>
#include <gradtable/models/io/interrupt.hpp>
#include <gradtable/models/io/standard_output.hpp>
#include <gradtable/models/training/losses.hpp>
#include <gradtable/models/training/weights.hpp>

namespace classifier {
namespace {

using gradtable::Dataset;
using gradtable::write_output;

// The number of the config, or else that of the file.
std::int64_t classes_of(const WeightsFile& weights, const Options& options, const Config& config,
                        const Dataset& images) {
  if (config.data.classes > 0) return config.data.classes;
  return classes_in(weights, options, config, images);
}

// Those of the options, or of the test set. What is done to a picture is added to the lines.
Dataset read_images(const Options& options, const Config& config, std::vector<std::string>& lines) {
  if (!options.images)
    return load_test_images(config, options.config, idx_options(config, config.data.classes, ""));
  if (!gradtable::is_picture_file(options.images->string())) return load_unlabelled(config, *options.images);
  std::string done;
  Dataset images = load_picture(config, *options.images, done);
  lines.push_back(fmt::format("picture  {}: {}", images.source, done));
  return images;
}

// The images to be classified, of as many classes as the network tells apart. That their labels are of these
// is not known yet.
Dataset load_images(const WeightsFile& weights, const Options& options, const Config& config,
                    std::vector<std::string>& lines) {
  Dataset images = read_images(options, config, lines);
  images.classes = classes_of(weights, options, config, images);
  return images;
}

// The weights of --init, whose normalization becomes that of a config that says "standardize".
WeightsFile read_weights(const Options& options, Config& config) {
  WeightsFile weights = read_weights_file(options);
  take_normalization(config, options.config, weights.content.metadata, weights.path);
  return weights;
}

// A network with the weights, which are known to be its own before the labels are looked at.
struct Trained {
  Trained(const Options& options, Config& config, gradtable::NotFinite evaluation)
      : weights(read_weights(options, config)),
        normalization_is_stated(
            gradtable::stated_normalization(weights.content.metadata, weights.path).has_value()),
        images(load_images(weights, options, config, lines)),
        setup(config, images),
        trainer(setup.graph, setup.network, trainer_options(config, evaluation)) {
    for (std::string& line : load_weights(std::move(weights), options, images, setup))
      lines.push_back(std::move(line));
    if (config.data.source == "idx")
      require_labels_below(images, config.data.test_labels.string(),
                           idx_options(config, images.classes, "as many as the weights tell apart"));
  }

  std::vector<std::string> lines;  // about pictures and weights
  WeightsFile weights;
  bool normalization_is_stated;
  Dataset images;
  Setup setup;
  gradtable::Trainer trainer;
};

// A line for each image.
std::string lines(const gradtable::Answers& batch) {
  const gradtable::Array probabilities =
      cast(gradtable::Array(batch.probabilities), gradtable::DType::float64);
  const std::size_t classes = probabilities.as<double>().size() / batch.predictions.size();
  std::string text;
  for (std::size_t i = 0; i < batch.predictions.size(); ++i) {
    const auto prediction = static_cast<std::size_t>(batch.predictions[i]);
    const double given = probabilities.as<double>()[i * classes + prediction];
    text += fmt::format("{},{},{:.6g}\n", batch.first + static_cast<std::int64_t>(i), prediction,
                        std::isnan(given) ? std::abs(given) : given);  // not "-nan"
  }
  return text;
}

// Writes them, and removes the report of others; whether there was one.
bool replace_results(const Config& results, const Config& full, const Evaluation& evaluation) {
  const gradtable::InterruptDelay together;
  const bool removed = remove_other_report(full, evaluation);
  write_results(results, evaluation);
  return removed;
}

}  // namespace

void evaluate_weights(const Options& options, const Config& full) {
  Config config = only_results(full);
  const MadeFolders folders = prepare_outputs(config, options);
  Trained trained(options, config, not_finite_rule(options));
  const Evaluation evaluation = evaluate(trained.trainer, trained.images);
  const bool removed = replace_results(config, full, evaluation);
  if (options.quiet) return;
  for (const std::string& line : trained.lines) say_result(line);
  if (!trained.normalization_is_stated)
    say_result(fmt::format("images   taken as {}, as data.normalize says: {} does not say how they were",
                           describe(trained.setup.normalization), options.init->string()));
  say_result(test_line(evaluation.score));
  if (removed) say_result(fmt::format("removed  {}: it was of other results", full.output.report.string()));
  say_result(fmt::format("results  {}", list_of_outputs(config)));
}

void predict(const Options& options, const Config& full) {
  Config config = full;
  // Images of a file have no labels, so that their loss means nothing.
  Trained trained(options, config, gradtable::NotFinite::allow);
  for (const std::string& line : trained.lines)
    if (!options.quiet) fmt::print(stderr, "{}\n", gradtable::printable(line));  // not among the predictions
  const bool probabilities = gradtable::find_loss(config.training.loss).gives_probabilities;
  write_output(fmt::format("image,prediction,{}\n", probabilities ? "probability" : "output"));
  trained.trainer.evaluate(trained.images,
                           [](const gradtable::Answers& batch) { write_output(lines(batch)); });
}

}  // namespace classifier
