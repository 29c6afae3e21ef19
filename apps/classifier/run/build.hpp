// A network, as a config asks for it, and its weights.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/classifier/command_line.hpp"
#include "apps/classifier/config/fit_options.hpp"
#include <gradtable/core/graph.hpp>
#include <gradtable/models/io/safetensors.hpp>
#include <gradtable/models/training/parameters.hpp>
#include <gradtable/models/training/trainer.hpp>

namespace classifier {

struct Setup {
  // For images of the size and the classes of this data set. Throws gradtable::ConfigError when the model
  // cannot take them.
  Setup(const Config& config, const gradtable::Dataset& data);

  gradtable::Normalization normalization;  // that of the config, settled
  gradtable::Graph graph;
  gradtable::Sequential network;
};

// What stands in options.init.
struct WeightsFile {
  std::string path;
  gradtable::TensorFile content;
};

// Throws gradtable::CheckpointError when the file is damaged.
WeightsFile read_weights_file(const Options& options);

// How many classes the network of the config tells apart for such images, by its weights in the file. Throws
// gradtable::CheckpointError when the file does not say it.
std::int64_t classes_in(const WeightsFile& weights, const Options& options, const Config& config,
                        const gradtable::Dataset& images);

// Sets the network's weights to those of the file, and returns lines that say what a user should know of it.
// Throws gradtable::CheckpointError when they are of another network, gradtable::ConfigError when they take
// images of another size than those of the data set and are otherwise this network's, gradtable::NumericError
// when they are not finite; where the options allow that, it is said on standard error.
std::vector<std::string> load_weights(WeightsFile file, const Options& options,
                                      const gradtable::Dataset& data, Setup& setup);

// Whether what a file holds may be not finite, and the words about it on standard error.
gradtable::NotFinite not_finite_rule(const Options& options);
void warn_of_not_finite(const std::vector<std::string>& names);

}  // namespace classifier
