#include "apps/classifier/setup.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/core/text.hpp>
#include <gradtable/models/training/weights.hpp>

namespace classifier {
namespace {

gradtable::TrainerOptions trainer_options(const Config& config) {
  const Config::Training& training = config.training;
  return {.batch_size = training.batch_size,
          .loss = training.loss,
          .label_smoothing = training.label_smoothing,
          .optimizer = training.optimizer,
          .schedule = training.schedule,
          .better = better_of(training.early_stopping.metric),
          .gradient_accumulation = training.gradient_accumulation,
          .augmentation = training.augmentation,
          .shuffle = training.shuffle,
          .seed = config.seed,
          .threads = config.threads,
          .deterministic = training.deterministic};
}

}  // namespace

Setup::Setup(const Program& program, const Config& config, const gradtable::Dataset& data)
    : network(program.network(graph, config, data)), trainer(graph, network, trainer_options(config)) {}

gradtable::Better better_of(const std::string& metric) {
  return metric.ends_with("accuracy") ? gradtable::Better::higher : gradtable::Better::lower;
}

void load_weights(const Options& options, Setup& setup) {
  warn_of_not_finite(
      read_weights(options.init->string(), setup.graph, setup.network.parameters, not_finite_rule(options)));
}

gradtable::NotFinite not_finite_rule(const Options& options) {
  return options.allow_nonfinite ? gradtable::NotFinite::allow : gradtable::NotFinite::refuse;
}

void warn_of_not_finite(const std::vector<std::string>& names) {
  if (!names.empty())
    fmt::print(stderr, "warning: not finite: {}\n",
               gradtable::printable(fmt::to_string(fmt::join(names, ", "))));
}

}  // namespace classifier
