// Where a training stands, besides the parameters of its graph, as the texts of a checkpoint.
#pragma once

#include <string>
#include <vector>

#include "apps/classifier/data.hpp"
#include "apps/classifier/program.hpp"
#include <gradtable/models/report/metrics_csv.hpp>
#include <gradtable/models/training/checkpoint.hpp>
#include <gradtable/models/training/early_stopping.hpp>
#include <gradtable/models/training/trainer.hpp>

namespace classifier {

struct TrainingState {
  std::vector<gradtable::EpochMetrics> epochs;  // those that are finished
  gradtable::Score so_far;                      // of the next one
  double seconds = 0;                           // that it took so far
  gradtable::EarlyStopping::State best;
  gradtable::Plateau::State rate;
};

// What must be the same when a training goes on: program, training images, and the values of all keys of the
// config but those that say where files are, how long the training goes on, and what is only looked at.
gradtable::NamedTexts fields_of(const Program& program, Config config, const Data& data);
// The defaults of those keys: what a training had whose program did not know a key yet.
gradtable::NamedTexts default_fields(const Program& program);

// What else the bits of a training depend on: the kernels of BLAS, and the threads of a step unless the
// config asks for the same bits with any number.
gradtable::NamedTexts bits_of(const Config& config, int threads);
// "threads 1, before 2": how they differ from those of the checkpoint, as far as it knows; empty when they do
// not.
std::string changes(const gradtable::Checkpoint& checkpoint, const gradtable::NamedTexts& bits);

gradtable::NamedTexts to_texts(const TrainingState& state, const gradtable::NamedTexts& fields);

// By the name that a config gives to the metric: NaN when it was not measured, then nothing depends on it.
double metric_of(const gradtable::EpochMetrics& epoch, const std::string& name);

// Both throw gradtable::CheckpointError, which begins with the checkpoint's path: for fields that differ, and
// for texts that are missing, and states that no training with this config and these data can have. What
// follows from the metrics of the epochs must be what follows from them.
void require_same_training(const gradtable::Checkpoint& checkpoint, const gradtable::NamedTexts& fields,
                           const gradtable::NamedTexts& defaults);
TrainingState state_of(const gradtable::Checkpoint& checkpoint, const Config& config, const Data& data);

}  // namespace classifier
