// The state of a Fit, besides the parameters of its graph, as the texts of a checkpoint.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradtable/models/data/dataset.hpp"
#include "gradtable/models/training/checkpoint.hpp"
#include "gradtable/models/training/early_stopping.hpp"
#include "gradtable/models/training/fit_options.hpp"
#include "gradtable/models/training/metrics_csv.hpp"
#include "gradtable/models/training/trainer.hpp"

namespace gradtable {

// The examples of a training.
struct FitData {
  Dataset train;
  Dataset validation = {};
  Dataset test = {};  // measured after each epoch, for curves alone
};

struct FitState {
  std::vector<EpochMetrics> epochs;  // the finished ones
  Score so_far;                      // of the epoch that has begun
  double seconds = 0;                // spent on it
  EarlyStopping::State best;
  Plateau::State rate;
};

// The values of the fields as they stand in a checkpoint: JSON, and names without quotes.
NamedTexts texts_of(const std::vector<config::Field>& fields);

// What early stopping and the learning rate watch; NaN where it was not measured.
double watched_metric(const FitOptions& options, const EpochMetrics& epoch);

// What must be the same when a training continues: the caller's fields, the trainer's options, and the
// examples, told by number, size, labels and checksum. Where both name a field, the caller's value stands.
NamedTexts fields_of(const FitOptions& options, const FitData& data);
// The values that a training had whose program did not know a field yet.
NamedTexts default_fields(const FitOptions& options);

// What else the bits of a training depend on: the kernels of BLAS, and the threads of a step unless the
// options ask for the same bits with any number.
NamedTexts bits_of(const TrainerOptions& options, int threads);
// "threads 1, before 2": how these differ from those of the checkpoint, where it has them; empty when they do
// not.
std::string changes(const Checkpoint& checkpoint, const NamedTexts& bits);

// columns: of what is measured in each epoch.
NamedTexts to_texts(const FitState& state, std::span<const std::string> columns, const NamedTexts& fields);

// Each throws CheckpointError that begins with the path: for fields that differ; for another number of
// classes, where the texts have one; for texts that are missing, and states that no training with these
// options and images can have. What follows from the metrics of the epochs is computed from them again and
// must be equal.
void require_same_training(const Checkpoint& checkpoint, const NamedTexts& fields,
                           const NamedTexts& defaults);
void require_classes(const std::string& path, const NamedTexts& texts, std::int64_t classes);
FitState state_of(const Checkpoint& checkpoint, const FitOptions& options, const FitData& data);

}  // namespace gradtable
