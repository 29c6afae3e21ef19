#include "apps/classifier/inference.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <system_error>

#include "apps/classifier/data.hpp"
#include "apps/classifier/evaluation.hpp"
#include "apps/classifier/output_checks.hpp"
#include "apps/classifier/outputs.hpp"
#include "apps/classifier/progress.hpp"
#include "apps/classifier/setup.hpp"
#include <fmt/format.h>
#include <gradtable/core/array.hpp>
#include <gradtable/core/error.hpp>
#include <gradtable/models/data/digits.hpp>
#include <gradtable/models/data/idx.hpp>
#include <gradtable/models/io/safetensors.hpp>

namespace classifier {
namespace {

using gradtable::Dataset;

// That of the config; else the one that stands in the file of weights; else that of the training labels.
std::int64_t classes_of(const Options& options, const Config& config) {
  if (config.data.classes > 0) return config.data.classes;
  const auto metadata = gradtable::read_safetensors(options.init->string()).metadata;
  if (const auto found = metadata.find("classes"); found != metadata.end()) {
    const std::string& text = found->second;
    std::int64_t classes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), classes);
    if (error == std::errc() && end == text.data() + text.size() && classes >= 1) return classes;
  }
  if (config.data.source == "digits") return gradtable::draw_digits(1, 0).classes;
  const auto labels = gradtable::read_idx_labels(config.data.train_labels.string());
  return labels.empty() ? 1 : 1 + *std::ranges::max_element(labels);
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

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw gradtable::OutputError(fmt::format("standard output: {}; expected a reader of the predictions",
                                             std::generic_category().message(errno)));
}

}  // namespace

void evaluate_weights(const Program& program, const Options& options, const Config& full) {
  const Config config = only_results(full);
  prepare_outputs(config, options);
  const Dataset test = load_test_images(config, classes_of(options, config));
  Setup setup(program, config, test);
  load_weights(options, setup);
  const Evaluation evaluation = evaluate(setup.trainer, test);
  remove_other_report(full, evaluation);
  write_results(config, evaluation);
  const Progress progress(options.quiet, 0, 0);
  progress.say_test(evaluation.score);
  progress.say(fmt::format("results  {}", list_of_outputs(config)));
}

void predict(const Program& program, const Options& options, const Config& config) {
  const std::int64_t classes = classes_of(options, config);
  const Dataset images =
      options.images ? load_unlabelled(*options.images, classes) : load_test_images(config, classes);
  Setup setup(program, config, images);
  load_weights(options, setup);
  print("image,prediction,probability\n");
  setup.trainer.evaluate(images, [](const gradtable::Answers& batch) { print(lines(batch)); });
}

}  // namespace classifier
