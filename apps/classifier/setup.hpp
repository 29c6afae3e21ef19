// A network and its trainer, as a config asks for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/classifier/options.hpp"
#include <gradtable/core/graph.hpp>
#include <gradtable/models/io/safetensors.hpp>
#include <gradtable/models/training/checkpoint.hpp>
#include <gradtable/models/training/parameters.hpp>
#include <gradtable/models/training/trainer.hpp>

namespace classifier {

struct Setup {
  // For images of the size and the classes of this data set. Throws gradtable::ConfigError when the program's
  // network cannot take them. `evaluation` is that of the trainer's options.
  Setup(const Program& program, const Config& config, const gradtable::Dataset& data,
        gradtable::NotFinite evaluation = gradtable::NotFinite::refuse);

  gradtable::Normalization normalization;  // that of the config, settled
  gradtable::Graph graph;
  gradtable::Sequential network;
  gradtable::Trainer trainer;
};

// What the config says of the training. `evaluation` is that of the options.
gradtable::TrainerOptions trainer_options(const Config& config,
                                          gradtable::NotFinite evaluation = gradtable::NotFinite::refuse);

// Which values of a metric of training.early_stopping are better.
gradtable::Better better_of(const std::string& metric);

// What stands in options.init.
struct WeightsFile {
  std::string path;
  gradtable::TensorFile content;
};

// Throws gradtable::CheckpointError when the file is damaged.
WeightsFile read_weights_file(const Options& options);

// Sets the network's weights to those of the file, and returns lines that say what a user should know of it.
// Throws gradtable::CheckpointError when they are of another network, gradtable::ConfigError when they take
// images of another size than those of the data set and are otherwise this network's, gradtable::NumericError
// when they are not finite; where the options allow that, it is said on standard error.
std::vector<std::string> load_weights(WeightsFile file, const Options& options,
                                      const gradtable::Dataset& data, Setup& setup);

// Throws gradtable::CheckpointError unless `texts`, of the file at `path`, name as many classes or none.
void require_classes(const std::string& path, const gradtable::NamedTexts& texts, std::int64_t classes);

// Whether what a file holds may be not finite, and the words about it on standard error.
gradtable::NotFinite not_finite_rule(const Options& options);
void warn_of_not_finite(const std::vector<std::string>& names);

}  // namespace classifier
