#include "apps/classifier/run/fit_setup.hpp"

#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/models/training/fit_state.hpp>
#include <gradtable/models/training/trainer_fields.hpp>

namespace classifier {
namespace {

using gradtable::NamedTexts;

// A training may continue with other values of these.
bool may_differ(const std::string& key) {
  return key == "threads" || key == "training.epochs" || key == "training.early_stopping.patience" ||
         key == "training.measure_test" || key.starts_with("data.") || key.starts_with("output.");
}

NamedTexts fields_of(Config config) {
  NamedTexts fields = gradtable::texts_of(config_table(config).fields());
  std::erase_if(fields, [](const auto& field) { return may_differ(field.first); });
  return fields;
}

// Where the number of classes comes from, if the weights have another one.
std::string about_classes(const Options& options, const Config& config, const Data& data) {
  if (data.classes_source.empty()) return "";
  try {
    if (classes_in(read_weights_file(options), options, config, data.train) == data.train.classes) return "";
  } catch (const gradtable::Error&) {
    return "";  // which the file does not say
  }
  return fmt::format("; the number of classes, {}, is {}", data.train.classes, data.classes_source);
}

// "resumed  after epoch 35 of 60, from runs/checkpoint.safetensors"
std::string about_resuming(const gradtable::Fit& fit, const Config& config, const std::string& checkpoint) {
  const std::size_t done = fit.epochs().size();
  const std::int64_t steps = fit.steps_of_epoch();
  const std::string place =
      steps > 0 ? fmt::format("step {} of epoch {}", steps, done + 1) : fmt::format("epoch {}", done);
  return fmt::format("resumed  after {} of {}, from {}", place, config.training.epochs, checkpoint);
}

}  // namespace

gradtable::FitOptions fit_options(const Program& program, const Config& config, const Options& options) {
  gradtable::FitOptions all = fit_options(config);
  all.fields = fields_of(config);
  all.fields.emplace("program", program.name);
  all.defaults = fields_of(default_config(program));
  all.not_finite = not_finite_rule(options);
  return all;
}

gradtable::FitData fit_data(const Config& config, const Data& data) {
  return {.train = data.train,
          .validation = data.validation,
          .test = config.training.measure_test ? data.test : gradtable::Dataset{}};
}

std::vector<std::string> begin(gradtable::Fit& fit, const Options& options, const Config& config,
                               const Data& data, Setup& setup) {
  if (options.resume) {
    warn_of_not_finite(fit.resume(*options.resume));
    return {about_resuming(fit, config, options.resume->string())};
  }
  if (!options.init) return {};
  try {
    return load_weights(read_weights_file(options), options, data.train, setup);
  } catch (const gradtable::CheckpointError& error) {
    throw gradtable::CheckpointError(fmt::format("{}{}", error.what(), about_classes(options, config, data)));
  }
}

}  // namespace classifier
