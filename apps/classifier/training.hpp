// A training that can be stopped after every batch and gone on with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/classifier/data.hpp"
#include "apps/classifier/outputs.hpp"
#include "apps/classifier/progress.hpp"
#include "apps/classifier/setup.hpp"
#include "apps/classifier/training_state.hpp"
#include <gradtable/models/io/interrupt.hpp>
#include <gradtable/models/optimizers/divergence.hpp>
#include <gradtable/models/report/metrics_csv.hpp>
#include <gradtable/models/training/checkpoint.hpp>
#include <gradtable/models/training/early_stopping.hpp>

namespace classifier {

class Training {
 public:
  // All must outlive it.
  Training(const Program& program, const Config& config, const Data& data, Setup& setup);

  // Takes weights from the file of --init, or parameters, position and metrics from the checkpoint of
  // --resume. Throws gradtable::CheckpointError when the file is damaged, or of another network, or of a
  // training that another program, config or data set belongs to, and gradtable::NumericError for numbers
  // that are not finite; where the options allow these, they are said on standard error. Throws
  // gradtable::ConfigError when the checkpoint has done more than the epochs of the config. Returns lines
  // about the weights.
  std::vector<std::string> begin(const Options& options);

  // Trains up to the epochs of the config, until the metric gets no better, or until a signal comes; leaves
  // checkpoints as the config says, and one at its end, unless no batch was ever trained. The checkpoint of
  // another training that is in its place is kept under another name. Throws gradtable::NumericError, with
  // the epochs before it kept.
  End run(Progress& progress, const gradtable::InterruptGuard& guard);
  // Sets the parameters of the best epoch, if the config says so.
  void use_best();

  // evaluate(), an evaluation of what was learned until here. Where its loss is not finite, the training
  // diverged: the gradtable::NumericError says so.
  template <class Evaluate>
  auto evaluated(const Evaluate& evaluate) const {
    try {
      return evaluate();
    } catch (const gradtable::NotFiniteError& error) {
      throw_diverged("loss " + gradtable::loss_found(error));
    }
  }

  // What makes its bits others than those of the training that it goes on with; empty: nothing.
  const std::string& changes() const { return changes_; }
  // Whether there is a checkpoint of it.
  bool is_saved() const { return is_saved_; }
  const std::vector<gradtable::EpochMetrics>& epochs() const { return epochs_; }
  // Whose parameters use_best sets.
  std::optional<std::int64_t> kept_epoch() const;

 private:
  // Returns the names of parameters that are not finite, where these are allowed.
  std::vector<std::string> resume(const Options& options);
  gradtable::NamedTexts bits();
  // Throws gradtable::CheckpointError unless the checkpoint keeps the parameters of the best epoch, if any.
  void require_kept(const gradtable::Checkpoint& checkpoint, const TrainingState& state) const;
  bool all_epochs_are_done() const;
  // Of all epochs, or stopped early.
  bool is_done() const;
  // Returns whether it came to its end.
  bool train_epoch(Progress& progress, const gradtable::InterruptGuard& guard);
  void finish_epoch(Progress& progress);
  // Of the epoch that has just ended.
  gradtable::EpochMetrics measured();
  void measure_validation(gradtable::EpochMetrics& epoch);
  // Throws gradtable::NumericError when parameters, or the loss of some images with them, are not finite: the
  // loss of a step is that before its update, which may have been the first to go beyond all numbers.
  void require_finite();
  // "epoch 3, after 64 images", "after epoch 2": where the training is.
  std::string place() const;
  [[noreturn]] void throw_diverged(const std::string& found) const;
  // In place of what nobody could go on from, it throws what require_finite does.
  void save(const Progress& progress);

  const Program& program_;
  const Config& config_;
  const Data& data_;
  Setup& setup_;
  gradtable::NamedTexts fields_;     // fields_of
  gradtable::Dataset first_images_;  // of those to train on
  gradtable::NotFinite not_finite_ = gradtable::NotFinite::refuse;
  gradtable::EarlyStopping stopping_;
  std::vector<gradtable::EpochMetrics> epochs_;
  gradtable::NamedArrays best_;  // with keep_best
  std::optional<gradtable::MetricsCsv> csv_;
  gradtable::Score so_far_;  // of the epoch that is not finished
  double seconds_ = 0;       // that it took
  bool goes_on_ = false;     // from a checkpoint
  bool is_saved_ = false;
  std::string changes_;
};

}  // namespace classifier
