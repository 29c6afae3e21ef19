#include "apps/classifier/run/fit_setup.hpp"

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

std::vector<std::string> begin(gradtable::Fit& fit, const Options& options, const Data& data, Setup& setup) {
  try {
    if (options.resume) warn_of_not_finite(fit.resume(*options.resume));
  } catch (const gradtable::OptionError& error) {
    refuse_option(options.config, error);
  }
  if (!options.init) return {};
  return load_weights(read_weights_file(options), options, data.train, setup);
}

}  // namespace classifier
