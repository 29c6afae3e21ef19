// A training loop that can be interrupted after any batch and resumed: docs/training.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradtable/models/training/checkpoint.hpp"
#include "gradtable/models/training/early_stopping.hpp"
#include "gradtable/models/training/fit_options.hpp"
#include "gradtable/models/training/fit_state.hpp"
#include "gradtable/models/training/metrics_csv.hpp"
#include "gradtable/models/training/trainer.hpp"

namespace gradtable {

// Functions that a Fit calls while it trains; each may be empty. What they throw ends the training, passes
// through, and leaves the Fit where it was.
struct FitWatcher {
  // `done`: examples of this epoch that were trained on before.
  std::function<void(std::int64_t epoch, std::int64_t done)> begin_epoch = {};
  std::function<void(const StepMetrics& step)> step = {};         // after each batch
  std::function<void(const EpochMetrics& epoch)> end_epoch = {};  // before its checkpoint
  std::function<void(const Score& so_far)> cut_epoch = {};        // an epoch that is stopped before its end
  // The checkpoint of another training was copied to this file, to be replaced.
  std::function<void(const std::string& copy)> kept_previous = {};
  // Asked before each epoch and after each batch. Where it is false, the Fit writes its checkpoint and
  // returns.
  std::function<bool()> go_on = {};
};

enum class FitEnd : std::uint8_t { finished, stopped_early, interrupted };

struct FitResult {
  FitEnd end = FitEnd::finished;
  std::vector<EpochMetrics> epochs;
  std::optional<std::int64_t> kept_epoch;  // with keep_best: the epoch whose parameters the network has
};

// Fit(graph, network, {.train = examples}, {.epochs = 5}).run() trains the network for five epochs.
class Fit {
 public:
  // The graph must outlive it. Compiles the steps, so that whatever does not fit is an error here. Throws
  // what the Trainer throws, the ConfigError of require_valid (fit_options.hpp), and ConfigError for a metric
  // that is not measured and for data of another kind than those to train on.
  Fit(Graph& graph, const Sequential& network, const FitData& data, const FitOptions& options,
      Location at = Location::current());
  Fit(Graph& graph, Model model, const FitData& data, const FitOptions& options,
      Location at = Location::current());

  // Continues from a checkpoint: every later number is bit for bit that of an uninterrupted training, on the
  // same machine with as many threads. Only `epochs`, the patience of early stopping, and where and how often
  // checkpoints are written may be others. Returns the names of parameters that are not finite, where these
  // are allowed. Throws CheckpointError for a damaged file, another network, other fields or data;
  // NumericError for numbers that are not finite; OptionError when the checkpoint has done more than
  // `epochs`. Then nothing has changed.
  std::vector<std::string> resume(const std::string& checkpoint);

  // Trains until all epochs are done, the patience of early stopping is at its end, or the watcher says so;
  // then the network has the parameters of the best epoch with keep_best, unless it was interrupted. Writes
  // checkpoints every checkpoint_every epochs and at the end, if any batch was trained. Where the first of
  // them replaces the checkpoint of another training, that one is kept (keep_previous_checkpoint). After an
  // interruption it continues when it is called again; after the end it returns the same result.
  //
  // Throws NumericError when a loss or a parameter is not finite, before that is written to a checkpoint;
  // OutputError when the checkpoint cannot be written.
  FitResult run(const FitWatcher& watcher = {});

  // Trainer::evaluate with what was learned so far. A loss that is not finite means that the training
  // diverged: NumericError says so.
  Score evaluate(const Dataset& data, const Trainer::Answered& answered = {});

  // What is measured in each epoch, in the order of the columns of metrics.csv.
  std::vector<std::string> columns() const { return columns_of(trainer_.metrics(data_.train)); }
  // The finished epochs, also after an error.
  const std::vector<EpochMetrics>& epochs() const { return epochs_; }
  std::optional<std::int64_t> kept_epoch() const;
  // Batches of the epoch that has begun.
  std::int64_t steps_of_epoch() const;
  // What makes later bits others than those of the training that is resumed: "threads 1, before 2". Empty:
  // nothing.
  const std::string& changes() const { return changes_; }
  // Whether this Fit has written its checkpoint.
  bool has_checkpoint() const { return has_checkpoint_; }
  Trainer& trainer() { return trainer_; }

 private:
  const NamedTexts& fields();
  // Of the checkpoint that is to be resumed.
  void require_epochs_left(const FitState& state) const;
  void require_kept(const Checkpoint& checkpoint, const FitState& state) const;
  void require_sums(const Checkpoint& checkpoint, const FitState& state);
  bool all_epochs_are_done() const;
  bool is_done() const;
  // Returns whether the epoch came to its end.
  bool train_epoch(const FitWatcher& watcher);
  void finish_epoch(const FitWatcher& watcher);
  // The metrics of the epoch whose batches are done.
  EpochMetrics measured();
  void measure(EpochMetrics& epoch, const char* prefix, const Dataset& data);
  // Throws NumericError when parameters are not finite, or the loss of some examples with them: the loss of a
  // step is from before its update, which may already have overflowed.
  void require_finite();
  // "epoch 3, after 64 examples", "after epoch 2"
  std::string place() const;
  [[noreturn]] void throw_diverged(const std::string& found) const;
  void save(const FitWatcher& watcher);
  FitEnd end() const;

  Graph& graph_;
  FitData data_;
  FitOptions options_;
  Trainer trainer_;
  std::vector<Tensor> kept_;  // what keep_best keeps: parameters and states
  int threads_;               // of a step
  Dataset first_examples_;    // of those to train on
  std::optional<NamedTexts> fields_;
  EarlyStopping stopping_;
  std::vector<EpochMetrics> epochs_;
  NamedArrays best_;    // with keep_best
  Score so_far_;        // of the epoch that is not finished
  double seconds_ = 0;  // spent on it
  bool resumed_ = false;
  bool has_checkpoint_ = false;
  bool ended_ = false;
  std::string changes_;
};

}  // namespace gradtable
