// The files that a run leaves.
#pragma once

#include <string>
#include <vector>

#include "apps/classifier/program.hpp"
#include <gradtable/models/training/trainer.hpp>

namespace classifier {

struct EpochMetrics {
  std::int64_t epoch = 0;
  gradtable::Score score;
  double seconds = 0;
};

struct Metrics {
  std::vector<EpochMetrics> epochs;
  std::optional<gradtable::Score> test;
  double total_seconds = 0;
  std::int64_t parameters = 0;
  int threads = 0;  // of a training step
  bool interrupted = false;

  // Of training, over the epochs that were finished.
  double images_per_second() const;
};

// The result of a run as JSON, with the resolved config and the BLAS in use.
std::string to_json(const Program& program, const Metrics& metrics, Config config);

// Makes the folders of the files that the config asks for. Before any work is done, throws
// gradtable::OutputError when one of the files could not be written at the end, and gradtable::ConfigError
// when it would overwrite the config, a data file or another output.
void prepare_outputs(const Config& config, const std::filesystem::path& config_file);

// Removes the prediction log of the last run: should this one end early, that would stand beside its metrics.
// Throws gradtable::OutputError.
void remove_old_predictions(const Config& config);

// The graph of a training step into output.dot, its forward part into the file of the same name with
// "_forward" before the extension.
void write_graphs(const Config& config, const gradtable::Graph& graph, const gradtable::StepGraph& step);

// The files of the config that are there, for people to read.
std::string list_of_outputs(const Config& config);

}  // namespace classifier
