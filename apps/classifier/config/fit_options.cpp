#include "apps/classifier/config/fit_options.hpp"

namespace classifier {

gradtable::TrainerOptions trainer_options(const Config& config, gradtable::NotFinite evaluation) {
  gradtable::TrainerOptions options = config.training;
  options.normalization = config.data.normalize.numbers;
  options.seed = config.seed;
  options.threads = config.threads;
  options.evaluation = evaluation;
  return options;
}

gradtable::FitOptions fit_options(const Config& config) {
  const Config::Training& training = config.training;
  return {.epochs = training.epochs,
          .early_stopping = training.early_stopping,
          .keep_best = training.keep_best,
          .checkpoint = config.output.checkpoint,
          .checkpoint_every = config.output.checkpoint_every,
          .trainer = trainer_options(config)};
}

}  // namespace classifier
